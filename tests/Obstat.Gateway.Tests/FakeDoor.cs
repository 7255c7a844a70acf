using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Obstat.Enforcement;
using Obstat.Gateway.Denials;
using Obstat.Gateway.Doors;
using Obstat.Gateway.Sessions;
using Obstat.Proof;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Pins;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Tests;

/// <summary>A way to decisions without a plane: rules as a list of names, every ask and ending kept, and the faults it can be told to make.</summary>
internal sealed class FakeDoor : IDoor, IPins
{
    private readonly ConcurrentDictionary<string, Digest> _pins = new(StringComparer.Ordinal);
    private long _entry;

    public ConcurrentQueue<CanonicalAction> Asked { get; } = [];

    public ConcurrentQueue<Ending> Endings { get; } = [];

    public ConcurrentQueue<DenyReason> Counted { get; } = [];

    public ConcurrentQueue<Caller> Callers { get; } = [];

    /// <summary>Wire actions, and tools by name, that are permitted.</summary>
    public ImmutableHashSet<string> Permitted { get; set; } = [WireActions.McpConnect, WireActions.McpList, "safe"];

    public ImmutableHashSet<string> Forbidden { get; set; } = ["danger"];

    public ImmutableArray<string> Visible { get; set; } = ["safe", "danger"];

    /// <summary>What a server may ask the agent's side, as the plane says it with the permit of a connection.</summary>
    public ImmutableArray<string> Asks { get; set; } = ["elicitation", "roots", "sampling"];

    /// <summary>Refuses everything with this code, as a plane that is away does.</summary>
    public DenyReason? Away { get; set; }

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Approves every tool as it is listed, and permits every action: a policy that permits all that a server offers.</summary>
    public bool PermitsAll { get; set; }

    public Func<Caller, string> Holder { get; set; } = static caller => caller.Assertions.Length == 0 ? "" : caller.Assertions[0].Value;

    /// <summary>Approves tools as they are listed.</summary>
    public void PinListed(IEnumerable<JsonValue> tools)
    {
        foreach (var tool in tools)
        {
            _pins[tool["name"]!.AsString!] = ToolHash.Of(Server, tool);
        }
    }

    /// <summary>Approves a tool as a tool of some server.</summary>
    public void PinOf(ServerIdentity server, JsonValue tool) => _pins[tool["name"]!.AsString!] = ToolHash.Of(server, tool);

    public PermitMint Mint { get; } = new();

    /// <summary>What the server of these tests is to its pins.</summary>
    public static ServerIdentity Server { get; } = ServerIdentity.OfCommand("s", ["/bin/server"]);

    /// <summary>Approves tools that have nothing but a name and the schema of any object.</summary>
    public void Pin(params string[] tools)
    {
        foreach (var tool in tools)
        {
            _pins[tool] = ToolHash.Of(Server, JsonValue.Object(("name", JsonValue.Of(tool)), ("inputSchema", JsonValue.Object(("type", JsonValue.Of("object"))))));
        }
    }

    public IReadOnlyDictionary<string, Digest> Of(string server) => _pins;

    public Task<Ruling> AskAsync(Caller caller, CanonicalAction action, CancellationToken cancellation)
    {
        Asked.Enqueue(action);
        Callers.Enqueue(caller);
        var entry = Interlocked.Increment(ref _entry);
        var isCall = action.WireAction == WireActions.McpToolsCall;
        var visible = isCall ? Visible.Where(v => v == action.Name).ToImmutableArray() : action.Method == "tools/list" ? Visible
            : action.WireAction == WireActions.McpConnect ? Asks.Where(a => Permitted.Contains("mcp." + a)).ToImmutableArray() : ["*"];
        if (PermitsAll && Away is null && !caller.Assertions.IsEmpty)
        {
            return Task.FromResult(Ruling.Yes(Mint.Admit(action, Holder(caller), Lifetime), isCall ? [action.Name!] : action.Method == "tools/list" ? Visible
                : action.WireAction == WireActions.McpConnect ? Asks : ["*"]));
        }

        DenyReason? reason = 0 switch
        {
            _ when Away is { } away => away,
            _ when caller.Assertions.IsEmpty => DenyReason.IdentityUnverifiable,
            _ when isCall && !Visible.Contains(action.Name!) => DenyReason.UnknownAction,
            _ when isCall && (!_pins.TryGetValue(action.Name!, out var pin) || pin != action.ToolHash) => DenyReason.AttestationBroken,
            _ when Forbidden.Contains(action.Identifier) => DenyReason.Forbidden,
            _ when Permitted.Contains(action.Name ?? action.WireAction) || Permitted.Contains(action.WireAction) => null,
            _ => DenyReason.NotPermitted,
        };
        return Task.FromResult(reason is { } why
            ? Ruling.No(new Denial(why, Away is null ? entry : null), Away is null ? visible : [])
            : Ruling.Yes(Mint.Admit(action, Holder(caller), Lifetime), visible));
    }

    public void Stop(Admission admission)
    {
        // Its end is kept where its evidence is closed.
    }

    public void Close(Admission admission, Ending ending) => Endings.Enqueue(ending);

    public void CountRefused(DenyReason reason, ReadOnlySpan<byte> received) => Counted.Enqueue(reason);

    public static Caller Alice { get; } = new([new Assertion(AssertionKinds.RunToken, "alice")], JsonValue.EmptyObject, null);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
