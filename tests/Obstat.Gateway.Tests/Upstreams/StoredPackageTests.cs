using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Obstat.Enforcement;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Gateway.Tests.Upstreams;

/// <summary>A package in the store is looked at before each start of a child: what was changed while the gateway runs is not started, and what runs already is left alone.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class StoredPackageTests : IDisposable
{
    private const string Call = """{"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"name":"safe"}}""";
    private readonly PaymentsServer _server = new();
    private readonly FakeDoor _door = new();
    private readonly ConcurrentQueue<string> _told = [];

    public StoredPackageTests() => _door.Pin("safe", "danger");

    public void Dispose() => _server.Dispose();

    public static TheoryData<string> Changes => ["byte", "added", "removed", "mode", "link", "renamed", "gone"];

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task A_package_that_was_changed_while_the_gateway_runs_is_not_started_again(string change)
    {
        var (registration, package) = Stored();
        await using var running = Client(registration);
        _ = await running.OpenAsync();
        Assert.Equal(["proved", "proved"], new[] { await CallAsync(running), await CallAsync(running) });
        Change(package, change);

        await using (var next = Client(registration))
        {
            var refused = await next.AskAsync(LocalClient.Initialize, "\"init\"");
            var denial = refused["error"]!["data"]!;
            Assert.Equal(("AttestationBroken", "never", false), ((string?)denial["reason"], (string?)denial["retry"], denial["ran"]!.GetValue<bool>()));
            Assert.Contains("not what was approved", (string?)refused["error"]!["message"], StringComparison.Ordinal);
            Assert.Equal((EndResult.Refused, DenyReason.AttestationBroken), (_door.Endings.Last().Result, _door.Endings.Last().Code));
            Assert.NotNull((await next.AskAsync(Call, "\"c\""))["error"]);
        }

        Assert.Contains(_told, t => t.StartsWith("s is not started: ", StringComparison.Ordinal));
        Assert.Equal("proved", await CallAsync(running));
        Assert.Equal(3, _server.Lines("effect").Length);

        async Task<string> CallAsync(LocalClient client)
        {
            client.Forget("\"c\"");
            return (await client.AskAsync(Call, "\"c\""))["result"]?["content"] is JsonArray ? "proved" : "refused";
        }
    }

    [Fact]
    public async Task A_package_as_it_was_resolved_starts_each_time()
    {
        var (registration, package) = Stored();
        for (var i = 0; i < 2; i++)
        {
            await using var client = Client(registration);
            Assert.NotNull((await client.OpenAsync())["result"]);
            File.SetLastWriteTimeUtc(Path.Combine(package, "node_modules", "x", "server"), DateTime.UtcNow);
        }

        Assert.Empty(_told);
    }

    private LocalClient Client(UpstreamSettings registration) => new(_door, () => new ChildUpstream(() => ChildPrograms.Of(registration, _told.Enqueue), TimeProvider.System));

    private static void Change(string package, string change)
    {
        var program = Path.Combine(package, "node_modules", "x", "server");
        switch (change)
        {
            case "byte":
                File.AppendAllText(program, " ");
                break;
            case "added":
                File.WriteAllText(Path.Combine(package, "node_modules", "more.js"), "");
                break;
            case "removed":
                File.Delete(Path.Combine(package, "package-lock.json"));
                break;
            case "mode":
                File.SetUnixFileMode(Path.Combine(package, "package-lock.json"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
                break;
            case "link":
                _ = File.CreateSymbolicLink(Path.Combine(package, "node_modules", "y"), "/etc");
                break;
            case "renamed":
                File.Move(Path.Combine(package, "package-lock.json"), Path.Combine(package, "package-lock.jsom"));
                break;
            default:
                Directory.Move(package, package + "-gone");
                break;
        }
    }

    /// <summary>A registration that starts from the store: its program hands over to the payments server.</summary>
    private (UpstreamSettings Registration, string Package) Stored()
    {
        var store = Directory.CreateDirectory(Path.Combine(_server.Folder, "packages")).FullName;
        var made = Path.Combine(store, "new");
        var program = Path.Combine(made, "node_modules", "x", "server");
        _ = Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(Path.Combine(made, "package-lock.json"), "{}");
        File.WriteAllText(program, "exec " + string.Join(' ', _server.Arguments.Prepend(PaymentsServer.Executable).Select(a => $"'{a}'")) + "\n");
        var digest = PackageStore.DigestOf(made);
        var kept = Path.Combine(store, digest);
        Directory.Move(made, kept);
        return (new UpstreamSettings("s", "/bin/sh", [$"./packages/{digest}/node_modules/x/server"], _server.Folder, ImmutableSortedDictionary<string, SecretSource>.Empty, null), kept);
    }
}
