using System.Text;
using Obstat.Enforcement.Canaries;
using Obstat.Enforcement.Leases;
using Obstat.Proof;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;

namespace Obstat.Enforcement;

/// <summary>The private files of a point: its own key, what it pinned, what it remembers, and the enrolment that it was given.</summary>
internal sealed class PointFiles(string folder, string enrolmentFile)
{
    private const int PemBytesMax = 4096;

    private string KeyPath => Path.Combine(folder, "point.pem");

    private string PinsPath => Path.Combine(folder, "pins.json");

    private string HaltsPath => Path.Combine(folder, "halts.json");

    private string BreachPath => Path.Combine(folder, "breach.json");

    private string MemoryPath => Path.Combine(folder, "memory.json");

    /// <summary>The point's own key, made at the first start.</summary>
    /// <exception cref="InvalidDataException">The file is no such key: it is never replaced silently.</exception>
    public SigningKey Key()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        if (DurableFile.Read(KeyPath, PemBytesMax) is { } pem)
        {
            return SigningKey.TryFromPem(Encoding.ASCII.GetString(pem), KeyRole.Point, out var key) ? key : throw new InvalidDataException($"{KeyPath} is no P-256 private key");
        }

        var made = SigningKey.Create(KeyRole.Point);
        DurableFile.Write(KeyPath, Encoding.ASCII.GetBytes(made.ToPem()));
        return made;
    }

    /// <summary>
    /// The plane to trust, and the secret to send where the point is not enrolled there yet. A new enrolment file is the operator's word for another plane; one whose secret was accepted says nothing any more.
    /// Null where there is neither.
    /// </summary>
    public (PlanePins Pins, string? Secret)? Pins(string pointId, DateTimeOffset now)
    {
        var pins = DurableFile.Read(PinsPath, PlanePins.BytesMax) is { } bytes
            ? PlanePins.TryRead(bytes, out var read) ? read : throw new InvalidDataException($"{PinsPath} does not say which plane is trusted")
            : null;
        if (DurableFile.Read(enrolmentFile, PlanePins.BytesMax) is { } file && Enrolment.TryRead(file, now, out var enrolment, out _) && enrolment.Point == pointId
            && Digest.Of(Encoding.ASCII.GetBytes(enrolment.Secret)) != pins?.Enrolled)
        {
            pins = new PlanePins(enrolment.Root, enrolment.Head, null);
            // Durable before the secret is sent: a crash after the plane took it must not leave a point that trusts nobody.
            DurableFile.Write(PinsPath, pins.ToBytes());
            return (pins, enrolment.Secret);
        }

        return pins is null ? null : (pins, null);
    }

    /// <summary>Remembers that the plane took the secret.</summary>
    public void Enrolled(PlanePins pins, string secret) => DurableFile.Write(PinsPath, (pins with { Enrolled = Digest.Of(Encoding.ASCII.GetBytes(secret)) }).ToBytes());

    /// <summary>Pins the head key that followed the pinned one.</summary>
    public void Follow(PlanePins pins) => DurableFile.Write(PinsPath, pins.ToBytes());

    /// <summary>What the point remembers; nothing before its first start.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read: forgetting it would let an older ledger pass.</exception>
    public PointMemory Memory() => DurableFile.Read(MemoryPath, PointMemory.BytesMax) is not { } bytes ? new PointMemory(null, null)
        : PointMemory.TryRead(bytes, out var memory) ? memory
        : throw new InvalidDataException($"{MemoryPath} cannot be read");

    /// <summary>Remembers.</summary>
    public void Remember(PointMemory memory) => DurableFile.Write(MemoryPath, memory.ToBytes());

    /// <summary>The halts in force when the point ended.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read: forgetting it would let a halted point serve.</exception>
    public IEnumerable<Halt> Halts() => DurableFile.Read(HaltsPath, HaltMemory.BytesMax) is not { } bytes ? []
        : HaltMemory.TryRead(bytes, out var halts) ? halts
        : throw new InvalidDataException($"{HaltsPath} cannot be read");

    /// <summary>The probe that failed and for which nobody armed the point again; null: none.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read: forgetting it would arm the point.</exception>
    public Breach? Breach() => DurableFile.Read(BreachPath, Canaries.Breach.BytesMax) is not { } bytes ? null
        : Canaries.Breach.TryRead(bytes, out var breach) ? breach
        : throw new InvalidDataException($"{BreachPath} cannot be read");

    /// <summary>Remembers a probe that failed, durably.</summary>
    public void Remember(Breach breach) => DurableFile.Write(BreachPath, breach.ToBytes());

    /// <summary>An operator armed the point again. Where a crash brings the file back, it is disarmed still.</summary>
    public void ForgetBreach() => File.Delete(BreachPath);

    /// <summary>Remembers the halts in force, durably.</summary>
    public void Remember(IEnumerable<Halt> halts) => DurableFile.Write(HaltsPath, HaltMemory.ToBytes(halts));
}
