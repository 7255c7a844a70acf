namespace Obstat.Storage.Indexing;

/// <summary>
/// The tables of <c>faces.db</c>. Texts stand once, in <c>word</c>; the tool of a decision is a word too, a keyed digest in hex. <c>tally</c> counts each value by itself, allows and denials apart; <c>chunk</c> holds the columns of
/// <see cref="ChunkRow.Rows"/> decisions each, for counts and lists under several terms. A file with other tables is thrown away and made again.
/// </summary>
internal static class IndexSchema
{
    /// <summary>The tables alone.</summary>
    internal const string TableText = """
        CREATE TABLE place(origin TEXT NOT NULL PRIMARY KEY, size INTEGER NOT NULL, leaf BLOB NOT NULL) STRICT, WITHOUT ROWID
        CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT
        CREATE TABLE decision(idx INTEGER PRIMARY KEY, time INTEGER NOT NULL, allowed INTEGER NOT NULL, reason INTEGER NOT NULL, action INTEGER NOT NULL, principal INTEGER NOT NULL, tool INTEGER NOT NULL, point INTEGER NOT NULL, execution BLOB NOT NULL, root BLOB NOT NULL, jti BLOB, result INTEGER, done INTEGER) STRICT
        CREATE TABLE tally(facet INTEGER NOT NULL, value INTEGER NOT NULL, allowed INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(facet, value, allowed)) STRICT, WITHOUT ROWID
        CREATE TABLE hour(hour INTEGER NOT NULL, reason INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(hour, reason)) STRICT, WITHOUT ROWID
        CREATE TABLE chunk(n INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, rows BLOB NOT NULL) STRICT
        CREATE TABLE hit(policy INTEGER NOT NULL, day INTEGER NOT NULL, allowed INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(policy, day, allowed)) STRICT, WITHOUT ROWID
        CREATE TABLE event(idx INTEGER PRIMARY KEY, type INTEGER NOT NULL, time INTEGER NOT NULL) STRICT
        CREATE TABLE link(decision INTEGER NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY(decision, entry)) STRICT, WITHOUT ROWID
        """;

    /// <summary>The indexes over them, which are left out while a whole ledger is read.</summary>
    internal const string IndexText = """
        CREATE INDEX decisionTime ON decision(time)
        CREATE INDEX decisionAllowed ON decision(allowed)
        CREATE INDEX decisionReason ON decision(reason)
        CREATE INDEX decisionAction ON decision(action)
        CREATE INDEX decisionPrincipal ON decision(principal)
        CREATE INDEX decisionTool ON decision(tool)
        CREATE INDEX decisionPoint ON decision(point)
        CREATE INDEX decisionExecution ON decision(execution)
        CREATE INDEX decisionRoot ON decision(root)
        CREATE INDEX decisionJti ON decision(jti) WHERE jti IS NOT NULL
        CREATE INDEX decisionOpen ON decision(done) WHERE jti IS NOT NULL AND done IS NULL
        CREATE INDEX decisionResult ON decision(result) WHERE result IS NOT NULL
        CREATE INDEX eventType ON event(type)
        """;

    internal const string Text = TableText + "\n" + IndexText;

    /// <summary>The tables, in the order in which they are emptied.</summary>
    internal static readonly string[] Tables = ["place", "decision", "tally", "hour", "chunk", "hit", "event", "link", "word"];

    /// <summary>Each index by its name, with the text that makes it.</summary>
    internal static readonly (string Name, string Text)[] Indexes =
        [.. IndexText.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => (text.Split(' ')[2], text))];
}
