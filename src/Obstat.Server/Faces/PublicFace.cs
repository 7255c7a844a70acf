using System.Collections.Immutable;
using System.Globalization;
using Obstat.Cedar.Syntax;
using Obstat.Console.Api;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;
using Obstat.Storage.Serving;

namespace Obstat.Server.Faces;

/// <summary>
/// What everybody may know. It is made of what is named here and of nothing else: codes, numbers, digests, times to the minute, kinds of actions that the protocol fixes, texts that policies' authors publish. No principal, server, point,
/// argument or sentence of anybody comes through. Nothing beyond the newest published head is told.
/// </summary>
internal sealed class PublicFace(FaceSources plane, Standing standing, PublishedLog log, Sealed opened)
{
    private const int HeadsMax = 20;
    private const int GapsMax = 20;
    private const int ActivationsMax = 20;
    private const int DaysMax = 30;
    private const long CountMin = 5;

    private static readonly ImmutableHashSet<string> Actions =
    [
        WireActions.McpConnect, WireActions.McpList, WireActions.McpToolsCall, WireActions.McpPromptsGet, WireActions.McpResourcesRead, WireActions.McpCompletion, WireActions.McpSampling, WireActions.McpElicitation,
        WireActions.McpRoots,
    ];

    private readonly ImmutableHashSet<string> _tools = [.. plane.Settings.PublicTools];

    /// <summary>How the plane is.</summary>
    public PublicStateView State(Desk desk)
    {
        var newest = log.Newest();
        var size = newest?.Head.Size ?? 0;
        return new PublicStateView
        {
            AsOf = DateTimeOffset.FromUnixTimeSeconds(plane.Clock.GetUtcNow().ToUnixTimeSeconds()),
            Origin = plane.Ledger.Origin,
            LogKey = plane.Ledger.HeadKey.ToString(),
            Proved = standing.Proved is { } proved ? new(proved.At is { } at ? DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()) : null, proved.IsOpen, proved.Interval) : null,
            IsServing = standing.Refusing.Code is null,
            IsDamaged = standing.Damaged is not null,
            Size = size,
            Root = newest?.Head.Root.ToHex(),
            Heads = [.. Heads()],
            Gaps = [.. desk.Index.Events(GapStatement.TypeName, size, GapsMax).Select(i => ReadEntry.Of(desk, i)).Where(r => r.Written?.Statement is GapStatement)
                .Select(r => new PublicGapView(r.Index, Minute(r.Written!.Statement.Time.Time), ((GapStatement)r.Written.Statement).Kind))],
            Orphans = desk.Index.EventCount(OrphanedStatement.TypeName),
        };
    }

    /// <summary>Published entries.</summary>
    public PublicEntriesView Entries(Desk desk, long? after, int limit)
    {
        var size = log.Newest()?.Head.Size ?? 0;
        var last = Math.Min(after ?? size, size);
        var first = Math.Max(0, last - limit);
        return new PublicEntriesView([.. Enumerable.Range(0, (int)(last - first)).Select(i => View(desk, last - 1 - i))], first > 0 ? first : null, size);
    }

    /// <summary>One entry; null where it is not published.</summary>
    public PublicEntryView? Entry(Desk desk, long index) => index < (log.Newest()?.Head.Size ?? 0) ? View(desk, index) : null;

    /// <summary>The proof that an entry is published; null where it is not.</summary>
    public byte[]? Proof(long index) => log.Prove(index)?.ToBytes();

    /// <summary>Counts by day.</summary>
    public PublicDaysView Days(Desk desk)
    {
        var first = plane.Clock.GetUtcNow().UtcDateTime.Date.AddDays(1 - DaysMax);
        return new PublicDaysView(
        [
            .. desk.Index.Hours(new DateTimeOffset(first, TimeSpan.Zero)).GroupBy(h => DateOnly.FromDateTime(h.Hour.UtcDateTime)).OrderByDescending(d => d.Key).Select(day => new PublicDayView(
                day.Key,
                [
                    .. day.GroupBy(h => h.Reason, StringComparer.Ordinal).OrderBy(r => r.Key, StringComparer.Ordinal)
                        .Select(r => new PublicCountView(Code(r.Key), r.Sum(h => h.Count) is var n && n < CountMin ? "< 5" : n.ToString(CultureInfo.InvariantCulture))),
                ])),
        ]);
    }

    /// <summary>The law.</summary>
    public PublicPoliciesView Policies(Desk desk)
    {
        var law = plane.Snapshots.Current.Snapshot.Law;
        var size = log.Newest()?.Head.Size ?? 0;
        return new PublicPoliciesView(
            law.IsInForce ? law.Digest.ToHex() : null,
            [
                .. desk.Index.Events(PolicyActivationStatement.TypeName, size, ActivationsMax).Select(i => ReadEntry.Of(desk, i)).Where(r => r.Written?.Statement is PolicyActivationStatement)
                    .Select(r => new PublicActivationView(r.Index, Minute(r.Written!.Statement.Time.Time), ((PolicyActivationStatement)r.Written.Statement).Snapshot.Law.Digest.ToHex())),
            ],
            [
                .. law.Policies.Policies.Where(p => p.AnnotationOf("public") == "true").OrderBy(p => p.Id, StringComparer.Ordinal)
                    .Select(p => new PublicPolicyView(p.Id, p.Effect == Effect.Permit ? "permit" : "forbid", p.ToText())),
            ]);
    }

    private PublicEntryView View(Desk desk, long index)
    {
        var read = ReadEntry.Of(desk, index);
        var decision = read.Written?.Statement as DecisionStatement;
        return read.Proof.State == ProofState.Failed || read.Written is null
            ? new(index, "unreadable", null, null, null, null, null, ProofState.Failed)
            : new(
                index, read.Written.Statement.Type, Minute(read.Written.Statement.Time.Time), decision is null ? null : decision.IsAllowed ? DecisionStatement.Allow : "deny", Code(decision?.Reason ?? ""),
                decision is null ? null : Actions.Contains(decision.Request.Action) ? decision.Request.Action : "other", decision is null ? null : Tool(desk, decision), read.Proof.State);
    }

    private string? Tool(Desk desk, DecisionStatement decision)
        => _tools.Count > 0 && opened.Open(desk.Reader, decision, "request")?["action"] is { } action && _tools.TryGetValue($"{Sealed.ServerOf(action)}/{Sealed.NameOf(action)}", out var named) ? named : null;

    private IEnumerable<PublicHeadView> Heads()
    {
        var published = log.Newest();
        for (var i = 0; i < HeadsMax && published is var (head, note); i++)
        {
            yield return new(head.Size, head.Root.ToHex(), note.Signatures.Count(s => s.Name != plane.Ledger.Origin));
            published = log.Before(head.Size);
        }
    }

    // A code that is none of ours would be somebody's text.
    private static string? Code(string reason) => ReasonCodes.TryParse(reason, out var code) ? code.ToCode() : null;

    private static DateTimeOffset Minute(DateTimeOffset time) => DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds() / 60 * 60);
}
