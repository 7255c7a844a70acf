using System.Diagnostics;
using System.Text.Json.Nodes;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Messages;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Gateway.Tests.Clients;

/// <summary>The server that implements what the conformance suite calls, on the official SDK, as a process of its own.</summary>
internal sealed class ConformanceServer : IDisposable
{
    private readonly Process _process;
    private readonly Revision _revision;

    public ConformanceServer(Revision revision)
    {
        _revision = revision;
        var folders = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        var program = Path.Combine(Obstat.Tests.Vectors.Root, "tests", "Obstat.Conformance.Server", "bin", folders[^2], folders[^1], "Obstat.Conformance.Server");
        _process = Process.Start(new ProcessStartInfo(program, revision == Revision.R20260728 ? ["--stateless"] : Array.Empty<string>()) { RedirectStandardOutput = true })!;
        Url = new Uri((string)JsonNode.Parse(_process.StandardOutput.ReadLine()!)!["listening"]!);
    }

    public Uri Url { get; }

    /// <summary>Approves the tools as the server lists them without the gate.</summary>
    public async Task PinAsync(FakeDoor door)
    {
        await using var upstream = new HttpUpstream(Url, TimeProvider.System);
        var meta = RequestMeta.None.Forwarded(null, _revision, JsonValue.EmptyObject) is { } own ? JsonValue.Object(("_meta", own)) : null;
        var first = _revision == Revision.R20260728 ? new Outgoing(1, "server/discover", meta) : new Outgoing(1, "initialize", Session.Hello(JsonValue.EmptyObject));
        var hello = await upstream.OpenAsync(door.Mint.Admit(Session.Connecting("s", _revision), "pinner", TimeSpan.FromSeconds(30)), first, _revision, CancellationToken.None);
        Assert.NotNull(hello.Result);
        Assert.True(CanonicalAction.TryMake(new McpCall(_revision.ToWire(), "s", "tools/list", null, null, null), out var action, out _));
        var list = await upstream.CallAsync(door.Mint.Admit(action, "pinner", TimeSpan.FromSeconds(30)), new Outgoing(2, "tools/list", meta), CancellationToken.None);
        var tools = list.Result!["tools"]!.Items;
        door.PinListed(tools);
        door.Visible = [.. tools.Select(t => t["name"]!.AsString!)];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
