using System.Diagnostics;
using System.Security.Cryptography;
using Obstat.Enforcement;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]

namespace Obstat.Calls.Bench;

/// <summary>Durable permits through a door of its own at the running plane: ask, decision, commit, permit, receipt verified.</summary>
internal sealed class Permits(Installation installation) : IAsyncDisposable
{
    private Door? _door;
    private CanonicalAction? _action;
    private CanonicalAction? _forbidden;
    private Caller? _caller;

    /// <param name="name">Id of the door.</param>
    /// <param name="bearer">Who asks; null for the installation's own caller.</param>
    public async Task OpenAsync(string name = "bench", string? bearer = null)
    {
        var data = Path.Combine(installation.Folder, ".obstat");
        var pins = JsonValueOf(Path.Combine(data, "keys", "gateway", "pins.json"));
        var enrolment = Enrolment.Make(name, RandomNumberGenerator.GetBytes(32), pins["root"]!.AsString!, VerifierKey.TryParse(pins["head"]!.AsString!, out var head) ? head : throw new InvalidDataException("pins"), DateTimeOffset.UtcNow);
        var file = Path.Combine(data, "enrol", name + ".json");
        await File.WriteAllBytesAsync(file, PlaneMessage.Write(enrolment));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var keys = Directory.CreateDirectory(Path.Combine(data, "keys", name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!PlaneAddress.TryParse($"unix:{Path.Combine(data, "run", "plane.sock")}", out var plane))
        {
            throw new InvalidDataException("the plane's socket has too long a path");
        }

        _door = await Door.OpenAsync(
            new DoorOptions { PointId = name, Kind = "gateway", Plane = plane, KeyFolder = keys.FullName, EnrolmentFile = file, Build = Digest.Of("bench"u8), Config = Digest.Of("bench"u8), AskTime = TimeSpan.FromSeconds(10) },
            new PointClock(), CancellationToken.None);
        if (!_door.IsRegistered || !CanonicalAction.TryMake(new McpCall("2025-11-25", "payments", "tools/list", null, null, null), out _action, out var refusal)
            || !CanonicalAction.TryMake(new McpCall("2025-11-25", "payments", "prompts/get", JsonValue.Object(("name", JsonValue.Of("closed"))), null, null), out _forbidden, out refusal))
        {
            throw new InvalidOperationException("the bench's door did not register");
        }

        _caller = new Caller([new Assertion(AssertionKinds.AccessToken, bearer ?? installation.Bearer)], JsonValue.EmptyObject, null);
    }

    /// <summary>Permits a second with that many callers.</summary>
    public async Task<(double PerSecond, Times Each)> RunAsync(int callers, TimeSpan time)
    {
        var each = new Times();
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < until)
            {
                var asked = Stopwatch.GetTimestamp();
                var answer = await _door!.AskAsync(_caller!, _action!, CancellationToken.None);
                lock (each)
                {
                    each.Add(asked);
                }

                answer.Match(
                    admission =>
                    {
                        _door.Close(admission, new Ending(EndResult.Succeeded, null, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 0, 0));
                        return true;
                    },
                    refused => throw new InvalidOperationException($"refused: {refused.Reason}"));
            }
        })));
        return (each.Count / Stopwatch.GetElapsedTime(started).TotalSeconds, each);
    }

    /// <summary>One ask; null where it was permitted.</summary>
    /// <param name="forbidden">Whether it is one that a policy forbids.</param>
    public async Task<DenyReason?> AskOnceAsync(bool forbidden)
    {
        var answer = await _door!.AskAsync(_caller!, forbidden ? _forbidden! : _action!, CancellationToken.None);
        return answer.Match<DenyReason?>(
            admission =>
            {
                _door.Close(admission, new Ending(EndResult.Succeeded, null, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow, 0, 0));
                return null;
            },
            refused => refused.Reason);
    }

    public ValueTask DisposeAsync() => _door?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static JsonValue JsonValueOf(string path)
        => StrictJson.TryParse(File.ReadAllBytes(path), out var value, out var error) ? value : throw new InvalidDataException(error.ToString());
}
