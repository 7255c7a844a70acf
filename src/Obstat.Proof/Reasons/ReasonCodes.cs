using System.Collections.Frozen;

namespace Obstat.Proof.Reasons;

/// <summary>Codes and retry words as text. What is not written here exactly is not a code: no other case, no number, no <see cref="DenyReason.Undecided"/>.</summary>
public static class ReasonCodes
{
    private static readonly FrozenDictionary<string, DenyReason> ByName =
        Enum.GetValues<DenyReason>().Where(r => r != DenyReason.Undecided).ToFrozenDictionary(r => r.ToString(), StringComparer.Ordinal);

    /// <summary>Reads a code; anything else refuses.</summary>
    public static bool TryParse(string? text, out DenyReason reason)
    {
        reason = DenyReason.Undecided;
        return text is not null && ByName.TryGetValue(text, out reason);
    }

    /// <summary>The code as text. Nobody's decision is a fault.</summary>
    public static string ToCode(this DenyReason reason) => (reason == DenyReason.Undecided ? DenyReason.Fault : reason).ToString();

    /// <summary><c>never</c>, <c>changed</c> or <c>after</c>.</summary>
    public static string ToWord(this Retry retry) => retry switch
    {
        Retry.Changed => "changed",
        Retry.After => "after",
        _ => "never",
    };

    /// <summary>Reads <c>never</c>, <c>changed</c> or <c>after</c>; anything else refuses.</summary>
    public static bool TryParseRetry(string? text, out Retry retry)
    {
        retry = text switch
        {
            "changed" => Retry.Changed,
            "after" => Retry.After,
            _ => Retry.Never,
        };
        return text is "never" or "changed" or "after";
    }
}
