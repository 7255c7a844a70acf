namespace Obstat.Enforcement.Tests;

/// <summary>What the fake plane can be told to do instead of answering rightly.</summary>
public enum PlaneFault
{
    None = 0,

    /// <summary>Takes the message and never answers.</summary>
    Silent,

    /// <summary>Answers with bytes that are no HTTP.</summary>
    NoHttp,

    /// <summary>HTTP 200 with a body that is no answer.</summary>
    Garbage,

    /// <summary>HTTP 200 with <c>{}</c>.</summary>
    Empty,

    /// <summary>HTTP 200 with a page of somebody else.</summary>
    Html,

    /// <summary>Answers rightly, after the deadline.</summary>
    Slow,

    /// <summary>HTTP 500 without a body of ours.</summary>
    Status500,

    /// <summary>HTTP 503 with a code.</summary>
    Unable,

    /// <summary>A redirect to itself.</summary>
    Redirect,

    /// <summary>More than a point reads.</summary>
    Huge,

    /// <summary>Closes the connection in the middle of an answer.</summary>
    Cut,

    /// <summary>Does not know the boot.</summary>
    UnknownBoot,

    /// <summary>A head under another key.</summary>
    WrongHeadKey,

    /// <summary>A permit under a key that no root signed.</summary>
    StolenRole,

    /// <summary>A permit for another boot.</summary>
    OtherBoot,

    /// <summary>A permit for another action.</summary>
    OtherAction,

    /// <summary>A permit whose entry is a denial.</summary>
    ReceiptOfDenial,

    /// <summary>One bit of the permit flipped.</summary>
    FlippedBit,

    /// <summary>The answer to the ask before this one.</summary>
    OldAnswer,

    /// <summary>A permit that is over.</summary>
    ExpiredPermit,

    /// <summary>A permit of another plane.</summary>
    OtherPlane,

    /// <summary>An obligation that nobody declared.</summary>
    UnknownObligation,

    /// <summary>No receipt beside the permit.</summary>
    NoReceipt,

    /// <summary>A denial with an entry.</summary>
    Deny,

    /// <summary>A denial whose entry is an allow.</summary>
    DenyByAllow,

    /// <summary>A denial whose entry is a denial of another reason.</summary>
    DenyByOtherReason,

    /// <summary>An allow whose <c>decision</c> is the string "true".</summary>
    TrueAsText,
}
