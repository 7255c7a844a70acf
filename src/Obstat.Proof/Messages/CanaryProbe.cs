using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Permits;
using Obstat.Proof.Pins;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Messages;

/// <summary>
/// The built-in probes by which an enforcement point proves that it is shut: two tools of a sink that counts effects and does nothing else. One of them no policy permits, one is always permitted to
/// the point itself. No server can be registered under the sink's name, and nothing in obstat.json or in policies changes the probes.
/// </summary>
public static class CanaryProbe
{
    /// <summary>The name of the sink. It has a dot, which no registered server has.</summary>
    public const string Server = "canary.sink";

    /// <summary>The tool that nothing permits.</summary>
    public const string Forbidden = "forbidden";

    /// <summary>The tool that is permitted to the point's own probe.</summary>
    public const string Permitted = "noop";

    private const string Method = "POST";

    /// <summary>What the sink is.</summary>
    public static ServerIdentity Identity { get; } = ServerIdentity.OfCommand(Server, []);

    /// <summary>The definition of one of its tools.</summary>
    public static JsonValue ToolOf(string name)
        => JsonValue.Object(("name", JsonValue.Of(name)), ("inputSchema", JsonValue.Object(("type", JsonValue.Of("object")), ("properties", JsonValue.EmptyObject))));

    /// <summary>The call of one of its tools.</summary>
    public static CanonicalAction ActionOf(string name)
        => CanonicalAction.TryMake(
            new McpCall("2025-11-25", Server, "tools/call", JsonValue.Object(("name", JsonValue.Of(name)), ("arguments", JsonValue.EmptyObject)), ToolHash.Of(Identity, ToolOf(name)), null),
            out var action, out var refusal) ? action : throw new InvalidOperationException(refusal.Detail);

    /// <summary>The agent that the probes of a point are asked by.</summary>
    public static string AgentOf(string point) => "canary:" + point;

    /// <summary>The point's proof that a probe is its own: signed by the key that holds the permits of this boot, at most 10 s old.</summary>
    /// <param name="instance">The instance key of the boot.</param>
    /// <param name="me">The point and boot.</param>
    /// <param name="now">Seconds since 1970.</param>
    /// <param name="jti">128 random bits.</param>
    public static Assertion Prove(SigningKey instance, PointBoot me, long now, string jti)
    {
        ArgumentNullException.ThrowIfNull(me);
        return new(AssertionKinds.Canary, DpopProof.Make(instance, Method, Urns.Point(me.Id), me.Boot, now, jti));
    }

    /// <summary>Whether a proof is of this boot; null, or why not.</summary>
    /// <param name="proof">As it came.</param>
    /// <param name="holder">Thumbprint of the boot's instance key.</param>
    /// <param name="at">The boot that sent it.</param>
    /// <param name="now">Seconds since 1970.</param>
    public static string? Verify(string proof, Digest holder, PointBoot at, long now)
    {
        ArgumentNullException.ThrowIfNull(at);
        return DpopProof.TryVerify(proof, holder, Method, Urns.Point(at.Id), at.Boot, now, out _, out var refusal) ? null : refusal.Detail ?? "no proof";
    }
}
