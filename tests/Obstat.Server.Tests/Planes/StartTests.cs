using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Merkle;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Storage;

namespace Obstat.Server.Tests.Planes;

/// <summary>What a start of a plane needs, and what it knows of the starts before.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class StartTests : PlaneCase
{
    [Theory]
    [InlineData("root")]
    [InlineData("head")]
    [InlineData("operator")]
    public async Task A_key_that_others_can_read_or_that_is_gone_keeps_the_plane_from_starting(string key)
    {
        var paths = _home.Settings.Paths;
        var path = key switch { "root" => paths.RootKey, "head" => paths.HeadKey, _ => paths.OperatorTrust };
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await Assert.ThrowsAsync<PlaneStartException>(_home.StartAsync);
        File.Delete(path);
        await Assert.ThrowsAsync<PlaneStartException>(_home.StartAsync);
    }

    [Fact]
    public async Task Two_planes_never_share_a_ledger()
    {
        await using var plane = await _home.StartAsync();
        await Assert.ThrowsAsync<LedgerUnavailableException>(_home.StartAsync);
        using var point = new TestPoint(_home);
        await point.RegisterAsync();
    }

    [Fact]
    public async Task A_plane_that_starts_again_knows_its_tokens_points_and_log()
    {
        string token;
        long entries;
        using var point = new TestPoint(_home);
        await using (var first = await _home.StartAsync())
        {
            await point.RegisterAsync();
            token = await point.RunTokenAsync();
            Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(token))));
            entries = (await point.StatusAsync()).Entries;
        }

        await using var second = await _home.StartAsync();
        var ask = PlaneMessage.Write(point.Ask(point.Transfer("1"), TestPoint.Run(token)));
        var (status, body) = await point.PlaneAsync(PlaneRoutes.Asks, ask);
        Assert.Equal((401, DenyReason.IdentityUnverifiable), (status, TestPoint.ReasonOf(body)));
        var once = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration()));
        Assert.True(Receipt.TryFromJson(once.Receipt, out var receipt, out var error), error);
        Assert.True(receipt.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out error), error);
        Assert.Equal((point.Boot, once.Index), (Assert.IsType<EnforcementPointStatement>(entry.Statement).Ep.Boot, entry.Index));
        Assert.True(once.Index < entries);
        Assert.IsType<AllowAnswer>(TestPoint.Read<AskAnswer>(await point.PlaneAsync(PlaneRoutes.Asks, ask)));
        Assert.True((await point.StatusAsync()).Entries > entries);
    }

    [Fact]
    public async Task A_point_is_shown_that_the_log_goes_on_from_what_it_saw_and_a_restored_copy_that_grew_on_cannot_show_it()
    {
        using var point = new TestPoint(_home);
        await using (var first = await _home.StartAsync())
        {
            await point.RegisterAsync();
        }

        var ledger = _home.Settings.Paths.Ledger;
        var copy = Path.Combine(Path.GetDirectoryName(ledger)!, "copy");
        Copy(ledger, copy);
        Checkpoint seen;
        await using (var second = await _home.StartAsync())
        {
            seen = HeadOf(TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration())));
        }

        await using (var again = await _home.StartAsync())
        {
            var answer = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), seen: seen.Size));
            var head = HeadOf(answer);
            Assert.True(head.Size > seen.Size && ConsistencyProof.Verifies(seen.Size, seen.Root, head.Size, head.Root, answer.Consistency.AsSpan()));
            Assert.Empty(TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), seen: head.Size + 1_000)).Consistency);
        }

        Directory.Delete(ledger, recursive: true);
        Directory.Move(copy, ledger);
        for (var start = 0; start < 3; start++)
        {
            await using var restored = await _home.StartAsync(); // nothing in the folder tells it
        }

        await using var plane = await _home.StartAsync();
        var other = TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration(), seen: seen.Size));
        Assert.True(HeadOf(other).Size > seen.Size);
        Assert.False(ConsistencyProof.Verifies(seen.Size, seen.Root, HeadOf(other).Size, HeadOf(other).Root, other.Consistency.AsSpan()));
    }

    [Fact]
    public async Task A_permit_of_an_earlier_start_stands_in_a_bundle_and_in_no_file_in_clear()
    {
        AllowAnswer allow;
        using var point = new TestPoint(_home);
        await using (var first = await _home.StartAsync())
        {
            await point.RegisterAsync();
            allow = Assert.IsType<AllowAnswer>(await point.AskAsync(point.Ask(point.Transfer("1"), TestPoint.Run(await point.RunTokenAsync()))));
        }

        await using (var second = await _home.StartAsync())
        {
            var (status, zip) = await point.AdminAsync(AdminRoutes.Export, PlaneMessage.Write(new ExportRequest(allow.Entry, allow.Entry)));
            Assert.Equal(200, status);
            Assert.True(EvidenceBundle.TryParse(zip, out var bundle, out var error), error);
            Assert.Equal(allow.Permit, Encoding.ASCII.GetString(Assert.Single(bundle.Permits).Bytes.Span));
        }

        foreach (var file in Directory.GetFiles(_home.Settings.Paths.Ledger, "permits.db*"))
        {
            Assert.True(File.ReadAllBytes(file).AsSpan().IndexOf(Encoding.ASCII.GetBytes(allow.Permit)) < 0, file);
        }
    }

    private Checkpoint HeadOf(RegisterAnswer answer)
    {
        Assert.True(Receipt.TryFromJson(answer.Receipt, out var receipt, out var error), error);
        Assert.True(receipt.TryVerify(new HeadVerifier(_home.HeadKey), out var entry, out error), error);
        return entry.Head;
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            _ = Directory.CreateDirectory(Path.GetDirectoryName(target)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Copy(file, target);
            File.SetUnixFileMode(target, File.GetUnixFileMode(file));
        }
    }
}
