using System.Diagnostics.CodeAnalysis;
using Obstat.Proof.Json;
using Obstat.Proof.Messages;
using Obstat.Proof.Permits;

namespace Obstat.Proof.Leases;

/// <summary>What is revoked, halted or ordered to stop: exact, never a pattern. <c>default</c> is about nothing.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Value">The value, 1 to 512 characters; <c>all</c> for <see cref="ScopeKind.All"/>.</param>
public readonly record struct Scope(ScopeKind Kind, string Value)
{
    /// <summary>Characters of a value at most.</summary>
    public const int ValueMax = 512;

    private static readonly (ScopeKind Kind, string Word)[] Words =
    [
        (ScopeKind.Execution, "execution"), (ScopeKind.Permit, "permit"), (ScopeKind.Principal, "principal"), (ScopeKind.Key, "key"), (ScopeKind.Delegation, "delegation"), (ScopeKind.Tool, "tool"),
        (ScopeKind.Credential, "credential"), (ScopeKind.Bundle, "bundle"), (ScopeKind.EnforcementPoint, "enforcement-point"), (ScopeKind.Tenant, "tenant"), (ScopeKind.All, "all"),
    ];

    /// <summary>Everything.</summary>
    public static Scope All { get; } = new(ScopeKind.All, "all");

    /// <summary>The words of all kinds, in order.</summary>
    public static IEnumerable<string> KindWords => Words.Select(w => w.Word);

    /// <summary>The kind as it is written.</summary>
    public string KindWord => Word(Kind);

    /// <summary>The scope as an order has it: <c>{t, v}</c>.</summary>
    public JsonValue ToJson() => JsonValue.Object(("t", JsonValue.Of(KindWord)), ("v", JsonValue.Of(Value)));

    /// <inheritdoc/>
    public override string ToString() => Kind == ScopeKind.All ? "all" : $"{KindWord} {Value}";

    /// <summary>The word of a kind.</summary>
    /// <exception cref="InvalidOperationException">The kind is none.</exception>
    public static string Word(ScopeKind kind) => Array.Find(Words, w => w.Kind == kind).Word ?? throw new InvalidOperationException("a scope has a kind");

    /// <summary>Reads a kind and a value; an unknown kind, an empty or too long value, or a value beside <c>all</c> refuses.</summary>
    public static bool TryParse(string? kind, string? value, [NotNullWhen(true)] out Scope? scope)
    {
        var known = Array.Find(Words, w => w.Word == kind).Kind;
        scope = known switch
        {
            ScopeKind.None => null,
            ScopeKind.All => value is null or "all" ? All : null,
            _ => value is { Length: >= 1 and <= ValueMax } ? new Scope(known, value) : null,
        };
        return scope is not null;
    }

    /// <summary>Everything by which an execution can be stopped, as its permit tells it: each is looked up, so a check costs as much as the chain is long.</summary>
    /// <param name="permit">The permit.</param>
    /// <param name="signedBy">Thumbprint of the key that signed it.</param>
    /// <param name="tenant">The ledger's origin.</param>
    public static IEnumerable<Scope> Of(PermitClaims permit, string signedBy, string tenant)
    {
        ArgumentNullException.ThrowIfNull(permit);
        yield return All;
        yield return new(ScopeKind.Tenant, tenant);
        yield return new(ScopeKind.Permit, permit.Jti);
        yield return new(ScopeKind.Execution, permit.Exe);
        if (permit.Txn != permit.Exe)
        {
            yield return new(ScopeKind.Execution, permit.Txn);
        }

        if (permit.ParentExe is { } parent && parent != permit.Txn)
        {
            yield return new(ScopeKind.Execution, parent);
        }

        foreach (var principal in new[] { permit.Sub, permit.ClientId }.Concat(permit.Actors).Distinct(StringComparer.Ordinal))
        {
            yield return new(ScopeKind.Principal, principal);
        }

        yield return new(ScopeKind.Key, permit.Cnf.Value.ToBase64Url());
        yield return new(ScopeKind.Key, signedBy);
        if (permit.Delegation is { } delegation)
        {
            yield return new(ScopeKind.Delegation, delegation.Hash.ToBase64Url());
        }

        foreach (var tool in OfTool(Urns.ServerOf(permit.Aud), permit.Action.Identifier, permit.Action.ToolHash))
        {
            yield return tool;
        }

        yield return new(ScopeKind.Bundle, permit.Snapshot.ToHex());
        if (permit.Ep is { } point)
        {
            yield return new(ScopeKind.EnforcementPoint, point.Id);
        }
    }

    /// <summary>The scopes of a tool: its server, its name there, its definition.</summary>
    public static IEnumerable<Scope> OfTool(string server, string? name, Digest? hash)
    {
        yield return new(ScopeKind.Tool, server);
        if (name is not null)
        {
            yield return new(ScopeKind.Tool, $"{server}/{name}");
        }

        if (hash is { } definition)
        {
            yield return new(ScopeKind.Tool, definition.ToBase64Url());
        }
    }

    /// <summary>Takes the object of that name.</summary>
    internal static Scope Read(JsonFields parent, string name)
    {
        var fields = parent.Fields(name);
        var (kind, value) = (fields.String("t", 32), fields.String("v", ValueMax));
        if (!fields.Complete() || !TryParse(kind, value, out var scope))
        {
            parent.Refuse(name, "a scope of a known kind");
            return default;
        }

        return scope.Value;
    }
}
