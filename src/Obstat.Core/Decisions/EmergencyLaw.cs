using System.Diagnostics.CodeAnalysis;
using System.Text;
using Obstat.Cedar;
using Obstat.Cedar.Syntax;

namespace Obstat.Core.Decisions;

/// <summary>
/// The policies of a break-glass: permits alone, each for named actions on a named server, each with an end within the hour, each with an id that marks every decision that it makes. They join the law in force and
/// are judged as it is; no forbid of it is passed over.
/// </summary>
public sealed class EmergencyLaw
{
    /// <summary>The file as which they stand beside the others.</summary>
    public const string Path = "break-glass.cedar";

    /// <summary>How each <c>@id</c> begins.</summary>
    public const string IdPrefix = "break-glass";

    /// <summary>The longest time.</summary>
    public static readonly TimeSpan TimeMax = TimeSpan.FromHours(1);

    private EmergencyLaw(LawFile file, DateTimeOffset until) => (File, Until) = (file, until);

    /// <summary>The policies.</summary>
    public LawFile File { get; }

    /// <summary>When the last of them ends.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Reads policies; anything wider than what a break-glass may say refuses, with what was expected.</summary>
    /// <param name="text">The policies.</param>
    /// <param name="now">The plane's clock, UTC.</param>
    /// <param name="law">The policies, or null.</param>
    /// <param name="error">Why not.</param>
    public static bool TryRead(string text, DateTimeOffset now, [NotNullWhen(true)] out EmergencyLaw? law, [NotNullWhen(false)] out string? error)
    {
        ArgumentNullException.ThrowIfNull(text);
        law = null;
        var file = new LawFile(Path, [.. Encoding.UTF8.GetBytes(text)]);
        var read = LawLoader.Load([file]);
        if (!read.IsInForce)
        {
            error = read.Findings.FirstOrDefault(f => f.Refuses)?.ToString() ?? "expected a permit";
            return false;
        }

        foreach (var policy in read.Policies.Policies)
        {
            error = Refuse(policy, now);
            if (error is not null)
            {
                error = $"policy {policy.Id}: expected {error}";
                return false;
            }
        }

        var until = read.Policies.Policies.Max(p => Law.ExpiryOf(p)!.Value);
        (law, error) = (new EmergencyLaw(file, DateTimeOffset.FromUnixTimeMilliseconds(until)), null);
        return true;
    }

    private static string? Refuse(Policy policy, DateTimeOffset now)
        => policy.Effect != Effect.Permit ? "a permit: a forbid is put in force by an ordinary activation"
            : !policy.Id.StartsWith(IdPrefix, StringComparison.Ordinal) ? $"an @id that begins with {IdPrefix}"
            : Law.ExpiryOf(policy) is not { } end ? "an @expires"
            : end <= now.ToUnixTimeMilliseconds() ? "an end that is not over"
            : end > (now + TimeMax).ToUnixTimeMilliseconds() ? "an end within one hour"
            : policy.Action.Kind is not (ScopeKind.Equal or ScopeKind.InSet) || policy.Action.Entities.Any(a => a.Type == GroupType) ? "actions by name, and no group of them"
            : policy.Resource.Kind != ScopeKind.Equal ? "one server by name"
            : null;

    private const string GroupType = "Plane::Action";
}
