using System.Globalization;
using System.Text;
using System.Text.Json;
using Obstat.Console.Api;
using Obstat.Proof.Statements;
using Obstat.Storage.Indexing;

namespace Obstat.Server.Faces;

/// <summary>A decision that just came, with what filters ask of it.</summary>
/// <param name="Row">The row as whoever may see most of it sees it.</param>
/// <param name="Decision">The decision.</param>
/// <param name="Tool">The key of its tool.</param>
internal sealed record LiveDecision(DecisionRow Row, DecisionStatement Decision, string Tool)
{
    private byte[]? _whole;
    private byte[]? _bare;

    /// <summary>Whether a filter lets it through. A time does not narrow what comes now.</summary>
    public bool Fits(DecisionFilter filter) => Fits(filter, Decision, Tool);

    /// <summary>Whether a filter lets a decision through, but for its times.</summary>
    public static bool Fits(DecisionFilter filter, DecisionStatement decision, string key)
        => (filter.Allowed is not { } allowed || allowed == decision.IsAllowed)
            && (filter.Reason is not { } reason || reason == decision.Reason)
            && (filter.Action is not { } action || action == decision.Request.Action)
            && (filter.Principal is not { } principal || principal == decision.Identity.Principal)
            && (filter.Tool is not { } tool || tool == key)
            && (filter.Point is not { } point || point == decision.Ep.Id);

    /// <summary>The event that tells a role of it: made once for all who listen.</summary>
    public byte[] EventFor(Role role) => role.ReadsBodies() ? _whole ??= Event(Row) : _bare ??= Event(Row with { Arguments = null });

    /// <summary>The event that tells of a row.</summary>
    public static byte[] Event(DecisionRow row)
        => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {row.Entry}\nevent: row\ndata: {JsonSerializer.Serialize(row, ApiJson.Default.DecisionRow)}\n\n"));
}
