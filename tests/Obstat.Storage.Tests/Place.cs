using System.Security.Cryptography;
using Obstat.Core.Records;
using Obstat.Core.Tests.Records;
using Obstat.Proof.Dsse;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;
using Obstat.Storage.Changing;

namespace Obstat.Storage.Tests;

/// <summary>A folder with a ledger in it, which can be opened again and again under the keys of one installation.</summary>
internal sealed class Place : IDisposable
{
    private readonly byte[] _seed;
    private readonly bool _ownsFolder;
    private readonly bool _ownsRoot;

    public Place(string? folder = null, byte[]? seed = null, StatementSigner? root = null)
        : this(folder, seed, root, ECDsa.Create(ECCurve.NamedCurves.nistP256))
    {
    }

    private Place(string? folder, byte[]? seed, StatementSigner? root, ECDsa rootKey)
    {
        RootPem = rootKey.ExportPkcs8PrivateKeyPem();
        (_ownsFolder, _ownsRoot) = (folder is null, root is null);
        Folder = folder ?? Directory.CreateTempSubdirectory("obstat-ledger-").FullName;
        _seed = seed ?? RandomNumberGenerator.GetBytes(32);
        Root = root ?? new StatementSigner(rootKey);
        using var key = Key();
        HeadKey = key.VerifierKey;
    }

    /// <summary>As <see cref="Said.Patience"/>.</summary>
    public static TimeSpan Patience => Said.Patience;

    public string Folder { get; }

    public string RootPem { get; }

    /// <summary>The same installation in another process.</summary>
    public static Place Of(string folder, byte[] seed, string rootPem)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(rootPem);
        return new(folder, seed, null, key);
    }

    public string Ledger => Path.Combine(Folder, "ledger");

    public string File => Path.Combine(Ledger, "ledger.db");

    public StatementSigner Root { get; }

    public VerifierKey HeadKey { get; }

    public string Origin => HeadKey.Name;

    public byte[] Seed => _seed;

    /// <summary>The signer of heads, as if this were another process with the same key.</summary>
    public HeadSigner Heads() => new(HasOld ? HasNext ? [Key(), Next()] : [Key()] : [Next()]);

    /// <summary>The first head key.</summary>
    public NoteSigner Key() => LogOrigin.Signer("t-1", _seed);

    /// <summary>A head over entries that nobody wrote, as a thief of the first head key signs it.</summary>
    public SignedNote Forge(long size)
    {
        using var thief = new HeadSigner(Key());
        return thief.TrySign(size, Proof.Digest.Of("forged"u8), out var forged) ? forged : throw new InvalidOperationException();
    }

    /// <summary>Whether the first head key is still there.</summary>
    public bool HasOld { get; set; } = true;

    /// <summary>Whether the head key that follows is there.</summary>
    public bool HasNext { get; set; }

    /// <summary>The head key that follows.</summary>
    public NoteSigner Next() => NoteSigner.FromSeed(Origin, SHA256.HashData(_seed));

    public TestClock Clock { get; private init; } = new();

    public int StateEvery { get; init; } = 65_536;

    public int WaitingMax { get; init; } = 16_384;

    public long ReserveBytes { get; init; }

    public Func<long>? FreeBytes { get; init; }

    /// <summary>0: every start is from the kept fold, where there is one.</summary>
    public int WholeMax { get; init; } = 16_384;

    public TimeSpan PublishEvery { get; set; } = TimeSpan.FromSeconds(60);

    public LedgerOptions Options => new() { Folder = Ledger, StateEvery = StateEvery, WholeMax = WholeMax, WaitingMax = WaitingMax, ReserveBytes = ReserveBytes, FreeBytes = FreeBytes, PublishEvery = PublishEvery, Clock = new("test", 20) };

    /// <summary>Where logs lie that ended.</summary>
    public string Ended => Path.Combine(Folder, "ended");

    public LedgerKeys Keys()
    {
        var statements = StatementSigner.Generate();
        return new()
        {
            Heads = Heads(),
            Statements = statements,
            Root = Root.PublicKey,
            Announce = place => (KeySetStatement)Said.KeySet(Root, (KeyRoles.Statement, statements)).Compose!(place).Statement!,
        };
    }

    /// <summary>The same installation under the head key of the log that goes on when this one ends.</summary>
    public Place Successor() => new(Folder, SHA256.HashData([.. _seed, 1]), Root) { WholeMax = WholeMax, Clock = Clock };

    /// <summary>Finishes the change into the log that goes on, as a start of the plane does.</summary>
    public void Finish(Place next) => LogChange.Finish(Options, Ended, Keys(), next.Keys(), Clock);

    /// <summary>The same installation in a folder of its own, with a copy of its ledger or of another one.</summary>
    public Place Copy(string? ledger = null)
    {
        var copy = new Place(null, _seed, Root) { WholeMax = WholeMax, StateEvery = StateEvery };
        LedgerFolder.Copy(ledger ?? Ledger, copy.Ledger);
        return copy;
    }

    public Ledger Open(TimeProvider? time = null) => Storage.Ledger.Open(Options, Keys(), time ?? Clock);

    /// <summary>What opening says when it refuses.</summary>
    public string Refusal() => Assert.Throws<LedgerUnavailableException>(() => Open().Dispose()).Message;

    public void Dispose()
    {
        if (_ownsRoot)
        {
            Root.Dispose();
        }

        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    public static StoredBlob Blob(int n)
    {
        var bytes = SealedBlob.Seal(new byte[32], RandomNumberGenerator.GetBytes(12), new byte[16], "origin", "request", BitConverter.GetBytes(n));
        return new(Proof.Digest.Of(bytes), bytes);
    }
}

internal static class Results
{
    public static Appended Entry(this AppendResult result) => result.Match(e => e, reason => throw new InvalidOperationException($"refused: {reason}"));

    public static DenyReason Reason(this AppendResult result) => result.Match(_ => DenyReason.Undecided, reason => reason);

    public static Appended Append(this Ledger ledger, Draft draft) => ledger.AppendAsync(draft, default).GetAwaiter().GetResult().Entry();

    /// <summary>Ends the log, which goes on as another one.</summary>
    public static void End(this Ledger ledger, Place next)
    {
        using var key = next.Key();
        _ = LogChange.EndAsync(ledger, key, default).GetAwaiter().GetResult();
    }

    public static DenyReason Refused(this Ledger ledger, Draft draft) => ledger.AppendAsync(draft, default).GetAwaiter().GetResult().Reason();
}
