using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Obstat.Enforcement;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Sessions;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Messages;
using Obstat.Wire.Tests;
using JsonValue = Obstat.Proof.Json.JsonValue;

namespace Obstat.Gateway.Tests.Clients;

/// <summary>The reference server that uses every part of the protocol, as a process of others.</summary>
internal sealed class ReferenceServer : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts it over Streamable HTTP on a free port.</summary>
    public ReferenceServer()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Url = new Uri($"http://{free.LocalEndpoint}/mcp");
        }

        var start = new ProcessStartInfo(NodePrograms.Node, [NodePrograms.Everything, "streamableHttp"]) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["PORT"] = Url.Port.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(start)!;
        while (_process.StandardError.ReadLine() is { } line && !line.Contains("listening", StringComparison.OrdinalIgnoreCase))
        {
        }

        _ = _process.StandardError.ReadToEndAsync();
        _ = _process.StandardOutput.ReadToEndAsync();
    }

    public Uri Url { get; }

    /// <summary>The same server over its standard streams.</summary>
    public static ChildProgram Program => new(NodePrograms.Node, [NodePrograms.Node, NodePrograms.Everything, "stdio"], "/", [$"PATH={Path.GetDirectoryName(NodePrograms.Node)}"]);

    /// <summary>Approves the tools as the server lists them without the gate; gives their names.</summary>
    public static async Task<string[]> PinAsync(FakeDoor door, IUpstream upstream)
    {
        await using var owned = upstream;
        var hello = await upstream.OpenAsync(Admit(door, "initialize", Hello), new Outgoing(1, "initialize", Hello), Revision.R20251125, CancellationToken.None);
        Assert.NotNull(hello.Result);
        var list = await upstream.CallAsync(Admit(door, "tools/list", null), new Outgoing(2, "tools/list", null), CancellationToken.None);
        var tools = list.Result!["tools"]!.Items;
        door.PinListed(tools);
        door.Visible = [.. tools.Select(t => t["name"]!.AsString!)];
        return [.. door.Visible];
    }

    private static JsonValue Hello => Session.Hello(JsonValue.EmptyObject);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static Admission Admit(FakeDoor door, string method, JsonValue? parameters)
    {
        Assert.True(CanonicalAction.TryMake(new McpCall("2025-11-25", "s", method, parameters, null, null), out var action, out _));
        return door.Mint.Admit(action, "pinner", TimeSpan.FromSeconds(30));
    }
}
