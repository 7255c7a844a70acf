using System.Security.Cryptography;
using System.Text;
using Obstat.Cli.Installing;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Settings;

namespace Obstat.Cli.Demo;

/// <summary>
/// The faults that somebody on the wire can make, from a flipped bit to the strongest one: who stole the root key, and so can announce a permit key of his own and sign any permit,
/// but has not the key that signs the ledger's heads.
/// </summary>
internal sealed class Thief(InstallationSettings settings)
{
    private readonly SigningKey _ownPermitKey = SigningKey.Create(KeyRole.Permit);
    private AllowAnswer? _seen;

    /// <summary>Everything passes; the last permit that passed is remembered.</summary>
    public byte[] Watch(Exchange exchange)
    {
        if (Allow(exchange) is { } allow)
        {
            _seen = allow;
        }

        return exchange.Answer;
    }

    /// <summary>Flips one bit of the permit's signature.</summary>
    public static byte[] Flip(Exchange exchange)
    {
        if (Allow(exchange) is not { } allow)
        {
            return exchange.Answer;
        }

        var parts = allow.Permit.Split('.');
        _ = Base64Url.TryDecode(parts[2], out var signature);
        signature![17] ^= 4;
        return PlaneMessage.Write<AskAnswer>(allow with { Permit = $"{parts[0]}.{parts[1]}.{Base64Url.Encode(signature)}" });
    }

    /// <summary>Keeps the permit and gives no answer at all.</summary>
    public byte[]? Keep(Exchange exchange)
    {
        if (Allow(exchange) is not { } allow)
        {
            return exchange.Answer;
        }

        _seen = allow;
        return null;
    }

    /// <summary>When the kept permit ends.</summary>
    public DateTimeOffset KeptUntil => DateTimeOffset.FromUnixTimeSeconds(Claims(Seen)["exp"]!.AsInteger!.Value);

    /// <summary>Gives the kept permit instead of the new one.</summary>
    public byte[] GiveKept(Exchange exchange) => Allow(exchange) is null ? exchange.Answer : PlaneMessage.Write<AskAnswer>(Seen);

    /// <summary>Adds a permit key of his own to the key set, signed with the stolen root key.</summary>
    public byte[] AddKey(Exchange exchange)
    {
        if (exchange.Path != PlaneRoutes.Points || !PlaneMessage.TryRead<RegisterAnswer>(exchange.Answer, out var answer, out _))
        {
            return exchange.Answer;
        }

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (!KeyFiles.TryRead(settings.Paths.RootKey, KeyRole.Root, out var root, out var reason))
        {
            throw new DemoFailureException(reason);
        }

        if (!PlaneKeySet.TryVerify(answer.KeySet, root.Kid, answer.HeadKey, now, out var set, out var refusal))
        {
            throw new DemoFailureException($"the plane's own key set does not verify: {refusal.Detail}");
        }

        var more = set with { Keys = set.Keys.Add(new KeySetMember(_ownPermitKey.Public, set.IssuedAt, set.Expires)) };
        return PlaneMessage.Write(answer with { KeySet = more.Sign(root) });
    }

    /// <summary>Answers a denied call with a permit of his own, beside the genuine receipt of another entry: the best that he can have.</summary>
    public byte[] Forge(Exchange exchange)
    {
        if (exchange.Path != PlaneRoutes.Asks || !PlaneMessage.TryRead<AskRequest>(exchange.Request, out var ask, out _)
            || ask.Action is null || !CanonicalAction.TryParse(ask.Action, out var action, out _) || action.WireAction != WireActions.McpToolsCall || IsProbe(ask))
        {
            return AddKey(exchange);
        }

        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var genuine = Claims(Seen);
        var claims = genuine
            .With("iat", JsonValue.Of(now)).With("nbf", JsonValue.Of(now)).With("exp", JsonValue.Of(now + 3))
            .With("jti", JsonValue.Of(Random128())).With("exe", JsonValue.Of(Random128())).With("txn", JsonValue.Of(Random128()))
            .With("ep", JsonValue.Object(("id", JsonValue.Of(ask.Ep.Id)), ("boot", JsonValue.Of(ask.Ep.Boot))))
            .With("cnf", JsonValue.Object(("jkt", JsonValue.Of(ask.HolderThumbprint))))
            .With("authorization_details", JsonValue.Array(genuine["authorization_details"]!.Items[0].With("act_hash", JsonValue.Of(action.ActHash.ToBase64Url()))));
        return PlaneMessage.Write<AskAnswer>(Seen with { Execution = claims["exe"]!.AsString!, Permit = _ownPermitKey.SignCompact(TokenTypes.Permit, claims) });
    }

    private AllowAnswer Seen => _seen ?? throw new DemoFailureException("no permit passed");

    private static AllowAnswer? Allow(Exchange exchange)
        => exchange.Path == PlaneRoutes.Asks && PlaneMessage.TryRead<AskAnswer>(exchange.Answer, out var answer, out _) && answer is AllowAnswer allow
            && PlaneMessage.TryRead<AskRequest>(exchange.Request, out var ask, out _) && ask.Action?["method"]?.AsString == "tools/call" && !IsProbe(ask) ? allow : null;

    // The gateway probes itself on the same wire; the rows are about the agent's calls.
    private static bool IsProbe(AskRequest ask) => ask.Action?["server"]?.AsString == CanaryProbe.Server;

    private static JsonValue Claims(AllowAnswer answer)
        => Base64Url.TryDecode(answer.Permit.Split('.')[1], out var bytes) && StrictJson.TryParse(bytes, out var claims, out _)
            ? claims
            : throw new DemoFailureException($"the plane's permit is not read: {Encoding.UTF8.GetString(bytes ?? [])}");

    private static string Random128() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
}
