using System.Net;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Server.Keys;
using Obstat.Server.Ledgers;
using Obstat.Server.Tests.Planes;
using Obstat.Settings;
using Obstat.Storage;

namespace Obstat.Server.Tests.Ledgers;

/// <summary>What is done to a ledger beside the plane: while it runs, and when it is away.</summary>
public sealed class LedgerProgramTests : IDisposable
{
    private readonly TestInstallation _home = new();

    public void Dispose() => _home.Dispose();

    private async Task<(int Code, string Out, string Error)> Run(string verb, string form, params string[] words)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await LedgerProgram.RunAsync([verb, "--config", Path.Combine(_home.Folder, "obstat.json"), "--form", form, .. words], output, error);
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Checkpoint_proof_and_folder_come_out_whether_the_plane_runs_or_not()
    {
        await using (await _home.StartAsync())
        {
        }

        await using var plane = await _home.StartAsync();
        var (code, note, _) = await Run("checkpoint", "table");
        Assert.Equal(0, code);
        Assert.True(SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(note), out var signed, out _));
        Assert.True(Checkpoint.TryOpen(signed, _home.HeadKey, out var head, out _));
        Assert.True(StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes((await Run("checkpoint", "json")).Out.TrimEnd('\n')), out var json, out _));
        Assert.Equal(_home.HeadKey.ToString(), json["logKey"]?.AsString);

        var (_, proof, _) = await Run("proof", "table", "0");
        Assert.True(TlogProof.TryParse(System.Text.Encoding.UTF8.GetBytes(proof), out var read, out _));
        Assert.Equal(0, read.Index);

        var folder = Path.Combine(_home.Folder, "public");
        Assert.Equal(0, (await Run("export", "table", folder, "statements")).Code);
        Assert.Equal(signed.Bytes.ToArray(), await File.ReadAllBytesAsync(Path.Combine(folder, "checkpoint")));
        Assert.True(File.Exists(Path.Combine(folder, $"statement/000.p/{head.Size}")));
    }

    [Theory]
    [InlineData("checkpoint", "x")]
    [InlineData("proof", "-1")]
    [InlineData("proof", "x")]
    [InlineData("export", "f", "blobs")]
    [InlineData("export", "f", "from")]
    [InlineData("rotate-log", "now")]
    [InlineData("serve", "here")]
    [InlineData("rotate")]
    [InlineData("rotate", "0")]
    [InlineData("rotate", "366")]
    [InlineData("erase")]
    public async Task What_is_not_understood_is_usage(string verb, params string[] words) => Assert.Equal(2, (await Run(verb, "table", words)).Code);

    [Fact]
    public async Task Without_a_ledger_nothing_is_shown_and_the_reason_is_told()
    {
        var (code, told, error) = await Run("checkpoint", "table");
        Assert.Equal((1, ""), (code, told));
        Assert.Contains("error[LedgerUnavailable]", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Indexes_are_made_again_while_the_plane_is_away_and_not_beside_it()
    {
        await using (await _home.StartAsync())
        {
            var (refused, _, why) = await Run("rebuild-index", "table");
            Assert.Equal(1, refused);
            Assert.Contains("LOCK is locked", why, StringComparison.Ordinal);
        }

        var (code, told, error) = await Run("rebuild-index", "table");
        Assert.True(code == 0, error);
        Assert.Contains("0 tiles again", told, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_home.Settings.Paths.Ledger, "state.db")));
        await using var again = await _home.StartAsync();
    }

    [Fact]
    public async Task A_head_key_is_rotated_while_the_plane_is_away_and_a_point_gets_the_receipt_of_it_under_the_old_key()
    {
        Assert.Equal(1, (await Run("rotate", "table", "30")).Code); // there is no ledger yet
        using var point = new TestPoint(_home);
        await using (await _home.StartAsync())
        {
            Assert.Null((await point.RegisterAsync()).Rotation);
            var (refused, _, why) = await Run("rotate", "table", "30");
            Assert.Equal(1, refused);
            Assert.Contains("LOCK is locked", why, StringComparison.Ordinal);
        }

        var (code, told, error) = await Run("rotate", "json", "30");
        Assert.True(code == 0, error);
        Assert.True(StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes(told.TrimEnd('\n')), out var json, out _));
        Assert.Equal(_home.HeadKey.ToString(), json["old"]?.AsString);
        Assert.True(VerifierKey.TryParse(json["new"]?.AsString, out var next));

        await using (await _home.StartAsync())
        {
            var answer = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration()));
            Assert.Equal(next.ToString(), answer.HeadKey);
            Assert.True(Receipt.TryFromJson(answer.Rotation!, out var receipt, out var wrong), wrong);
            Assert.True(receipt.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out wrong), wrong);
            Assert.True(Assert.IsType<KeyRotationStatement>(entry.Statement).IsProvenBy(next));
            Assert.Equal(json["index"]?.AsInteger, entry.Index);
            Assert.True(Receipt.TryFromJson(answer.Receipt, out receipt, out wrong) && receipt.TryVerify(new HeadVerifier(next), out _, out wrong), wrong);
        }

        var (again, _, reason) = await Run("rotate", "table", "30");
        Assert.Equal(1, again);
        Assert.Contains("expected the end of that overlap", reason, StringComparison.Ordinal);
        File.Delete(_home.Settings.Paths.NextHeadKey);
        await Assert.ThrowsAsync<LedgerUnavailableException>(_home.StartAsync); // a key in force is gone
    }

    [Fact]
    public async Task A_log_ends_while_the_plane_is_away_and_a_point_follows_into_the_one_that_goes_on_only_by_what_the_old_one_says()
    {
        Assert.Equal(1, (await Run("rotate-log", "table")).Code); // there is no ledger yet
        using var point = new TestPoint(_home);
        Checkpoint seen;
        await using (await _home.StartAsync())
        {
            var registered = await point.RegisterAsync();
            Assert.True(Receipt.TryFromJson(registered.Receipt, out var receipt, out var unread), unread);
            Assert.True(receipt.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out var unproven), unproven);
            seen = entry.Head;
            Assert.Contains("LOCK is locked", (await Run("rotate-log", "table")).Error, StringComparison.Ordinal);
        }

        var paths = _home.Settings.Paths;
        var (code, told, error) = await Run("rotate-log", "json");
        Assert.True(code == 0, error);
        Assert.True(StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes(told.TrimEnd('\n')), out var json, out _));
        Assert.Equal(_home.HeadKey.Name, json["ended"]?.AsString);
        Assert.True(VerifierKey.TryParse(json["logKey"]?.AsString, out var next));
        Assert.False(File.Exists(paths.NextHeadKey));
        Assert.False(File.Exists(Path.Combine(paths.EndedLedgers, _home.HeadKey.Name, "vault.db")));
        Assert.Equal(0, (await Run("export", "table", Path.Combine(_home.Folder, "old"), "statements", "from", Path.Combine(paths.EndedLedgers, _home.HeadKey.Name))).Code);

        await using var plane = await _home.StartAsync();
        var (status, body) = await point.RegisterAsync(point.Registration());
        Assert.True(status == 409 && PlaneMessage.TryRead<RefusalAnswer>(body, out var refusal, out _) && refusal.Reason == DenyReason.LedgerUnavailable);
        var answer = TestPoint.Read<ContinuationAnswer>(await point.PlaneAsync(PlaneRoutes.Continuation, PlaneMessage.Write(new ContinuationRequest(_home.HeadKey.Name, seen.Size))));
        Assert.True(Continuation.TryFollow(answer, _home.HeadKey, _home.Root.Kid, seen, out var followed, out var wrong), wrong);
        Assert.Equal(next, followed);
        var again = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), origin: next.Name));
        Assert.Equal(next.ToString(), again.HeadKey);
        Assert.Equal(409, (await point.PlaneAsync(PlaneRoutes.Continuation, PlaneMessage.Write(new ContinuationRequest("other.example", 0)))).Status);
        Assert.Equal(409, (await point.PlaneAsync(PlaneRoutes.Continuation, PlaneMessage.Write(new ContinuationRequest(_home.HeadKey.Name, 1_000_000)))).Status);

        Directory.Move(Path.Combine(paths.EndedLedgers, _home.HeadKey.Name), Path.Combine(_home.Folder, "cold"));
        Assert.Equal(409, (await point.PlaneAsync(PlaneRoutes.Continuation, PlaneMessage.Write(new ContinuationRequest(_home.HeadKey.Name, seen.Size)))).Status);
    }

    [Fact]
    public async Task A_change_of_logs_that_was_interrupted_after_its_decision_is_finished_by_the_next_start_and_before_it_given_up()
    {
        await using (await _home.StartAsync())
        {
        }

        // A key that no entry names yet: the log in force goes on.
        var paths = _home.Settings.Paths;
        Obstat.Storage.Files.DurableFile.Write(paths.NextHeadKey, HeadKeyFile.Generate(null));
        await using (await _home.StartAsync())
        {
            Assert.Equal(1, (await Run("rotate", "table", "30")).Code);
        }

        Assert.Contains("the end of the log", (await Run("rotate", "table", "30")).Error, StringComparison.Ordinal);
        Assert.True(HeadKeyFile.TryRead(paths.NextHeadKey, _home.Settings.Tenant, out var next, out _));
        using (next)
        {
            Assert.True(PlaneKeys.TryLoad(_home.Settings, out var keys, out _));
            using (keys)
            using (var working = new WorkingKeys(DateTimeOffset.UtcNow))
            using (var ledger = Ledger.Open(new() { Folder = paths.Ledger }, new() { Heads = keys.Heads, Statements = working.Statements, Root = keys.RootSigner.PublicKey, Announce = place => working.Announce(place, keys) }, TimeProvider.System))
            {
                _ = await Obstat.Storage.Changing.LogChange.EndAsync(ledger, next, default);
            }

            for (var start = 0; start < 2; start++)
            {
                await using var plane = await _home.StartAsync();
                Assert.Equal(next.VerifierKey.Name, (await Run("checkpoint", "table")).Out.Split('\n')[0]);
            }
        }

        Assert.False(File.Exists(paths.NextHeadKey));
        Assert.True(File.Exists(Path.Combine(paths.EndedLedgers, _home.HeadKey.Name, "ledger.db")));
    }

    [Fact]
    public async Task The_first_start_after_an_overlap_ends_the_old_key_and_the_new_one_takes_its_file()
    {
        await using (await _home.StartAsync())
        {
        }

        Assert.Equal(0, (await Run("rotate", "table", "1")).Code);
        var next = File.ReadAllText(_home.Settings.Paths.NextHeadKey);
        var clock = new MovedClock(TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        for (var start = 0; start < 2; start++)
        {
            await using var plane = await _home.StartAsync(clock);
            Assert.Equal(next, File.ReadAllText(_home.Settings.Paths.HeadKey));
            Assert.False(File.Exists(_home.Settings.Paths.NextHeadKey));
        }

        var (_, note, _) = await Run("checkpoint", "table");
        Assert.True(SignedNote.TryParse(System.Text.Encoding.UTF8.GetBytes(note), out var signed, out _));
        Assert.True(HeadKeyFile.TryRead(_home.Settings.Paths.HeadKey, _home.Settings.Tenant, out var signer, out _));
        using (signer)
        {
            Assert.Equal([signer.VerifierKey.KeyId], signed.Signatures.Select(s => s.KeyId));
            Assert.Equal(_home.HeadKey.Name, signer.VerifierKey.Name);
        }
    }

    private sealed class MovedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }

    [Fact]
    public async Task A_proof_of_an_entry_that_no_published_checkpoint_covers_is_refused()
    {
        await using (await _home.StartAsync())
        {
        }

        var (code, told, error) = await Run("proof", "table", "9999");
        Assert.Equal((1, ""), (code, told));
        Assert.Contains("not covered", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_served_as_static_files_and_nothing_else_is()
    {
        await using (await _home.StartAsync())
        {
        }

        await using var front = await TileFront.StartAsync(_home.Settings.Paths.Ledger, new IPEndPoint(IPAddress.Loopback, 0), default);
        using var client = new HttpClient { BaseAddress = new Uri(front.Address) };
        using var checkpoint = await client.GetAsync(new Uri("/checkpoint", UriKind.Relative));
        var note = await checkpoint.Content.ReadAsByteArrayAsync();
        Assert.True(SignedNote.TryParse(note, out var signed, out _));
        Assert.True(Checkpoint.TryOpen(signed, _home.HeadKey, out var head, out _));
        Assert.True(checkpoint.Headers.CacheControl!.NoCache);
        using var tile = await client.GetAsync(new Uri($"/tile/0/000.p/{head.Size}", UriKind.Relative));
        Assert.Equal(32 * head.Size, (await tile.Content.ReadAsByteArrayAsync()).Length);
        Assert.Contains("immutable", tile.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        using var head404 = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/checkpoint"));
        Assert.Equal(note.Length, head404.Content.Headers.ContentLength);
        foreach (var path in (string[])["/", "/ledger.db", "/checkpoint?x=1", "/tile/0/000", "/tile/entries/000.p/1", "/statement/000", "/tile/%30/000"])
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
            Assert.True(answer.StatusCode == HttpStatusCode.NotFound, path);
        }

        using var body = new StringContent("x");
        using var post = await client.PostAsync(new Uri("/checkpoint", UriKind.Relative), body);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }
}
