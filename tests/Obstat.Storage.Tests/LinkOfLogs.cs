using Obstat.Core.Replays;
using Obstat.Proof;
using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Storage.Tests;

/// <summary>The link between a log that ended and the one that goes on, for whoever has both as exported, and lies about it.</summary>
/// <param name="ended">Folder of the log that ended.</param>
/// <param name="keyOfEnded">Its head key.</param>
/// <param name="begun">Folder of the log that goes on.</param>
internal sealed class LinkOfLogs(string ended, VerifierKey keyOfEnded, string begun)
{
    public GenesisStatement Genesis { get; } = Succession.GenesisOf(new ExportedFolder(begun))!;

    /// <summary>What an audit of the log that ended says.</summary>
    public static string Audit(GenesisStatement genesis, string ended, Func<string, bool>? changed = null)
        => Succession.Audit(new ExportedFolder(ended, changed), genesis, withSignatures: true, new StateReplay(), (_, _) => { }, CancellationToken.None) ?? Finding.None;

    public string Audit() => Audit(Genesis, ended);

    /// <summary>Lies, and for those that are found in the same words whatever the logs hold, some of the words.</summary>
    public IEnumerable<(string Of, string Done, string? Words, Func<string> Find)> Lies() =>
    [
        ("genesis that goes on", "another state carried", "to be carried", () => Audit(Genesis with { State = Digest.Of("other"u8) }, ended)),
        ("genesis that goes on", "another first key", "which names", () => Audit(Genesis with { HeadKey = keyOfEnded }, ended)),
        ("log that ended", "the log that goes on in its place", "expected the statements of", () => Audit(Genesis, begun)),
        ("log that ended", "its entries changed", null, () => Audit(Genesis, ended, path => path.StartsWith("tile/entries/", StringComparison.Ordinal))),
        ("log that ended", "its statements changed", null, () => Audit(Genesis, ended, path => path.StartsWith("statement/", StringComparison.Ordinal))),
    ];
}
