namespace Obstat.Server;

/// <summary>What the process says about itself: telemetry, never evidence, never a secret or a payload.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "plane {Origin} serves {Enforcement} and {Admin}")]
    public static partial void Serving(ILogger logger, string origin, string enforcement, string admin);

    [LoggerMessage(2, LogLevel.Information, "snapshot {Digest} in force, {Policies} policies, entry {Entry}")]
    public static partial void Activated(ILogger logger, string digest, int policies, long entry);

    [LoggerMessage(3, LogLevel.Warning, "{Finding}")]
    public static partial void Found(ILogger logger, string finding);

    [LoggerMessage(4, LogLevel.Error, "the ledger failed: {Failure}; every request is refused, and this process ends to be started again")]
    public static partial void LedgerFailed(ILogger logger, string failure);

    [LoggerMessage(5, LogLevel.Error, "unforeseen: {Error}; the request is refused")]
    public static partial void Fault(ILogger logger, Exception exception, string error);

    [LoggerMessage(6, LogLevel.Warning, "security: {Point} {Event}")]
    public static partial void Suspect(ILogger logger, string point, string @event);

    [LoggerMessage(7, LogLevel.Warning, "a peer of user {Uid} was refused")]
    public static partial void PeerRefused(ILogger logger, long uid);

    [LoggerMessage(8, LogLevel.Information, "the working keys end soon; this process ends to be started again with new ones")]
    public static partial void KeysEnd(ILogger logger);

    [LoggerMessage(9, LogLevel.Warning, "the kept fold of the ledger was changed or lost and is made again from the entries: {Why}")]
    public static partial void FoldRefused(ILogger logger, string why);

    [LoggerMessage(11, LogLevel.Information, "the console listens at {Address}; obstat console link makes a link into it")]
    public static partial void ConsoleServing(ILogger logger, string address);

    [LoggerMessage(12, LogLevel.Error, "no console: {Address} cannot be had ({Error}); everything else goes on; listen.console names another, or null for none")]
    public static partial void ConsoleOff(ILogger logger, string address, string error);

    [LoggerMessage(13, LogLevel.Error, "no metrics: {Address} cannot be had ({Error}); everything else goes on")]
    public static partial void MetricsOff(ILogger logger, string address, string error);

    [LoggerMessage(14, LogLevel.Information, "everybody may read at {Address}")]
    public static partial void PublicServing(ILogger logger, string address);

    [LoggerMessage(15, LogLevel.Error, "nothing public: {Address} cannot be had ({Error}); everything else goes on")]
    public static partial void PublicOff(ILogger logger, string address, string error);

    [LoggerMessage(50, LogLevel.Warning, "security: break-glass in force until {Until}, entry {Entry}, by {Kids}")]
    public static partial void BreakGlass(ILogger logger, string kids, string until, long entry);

    [LoggerMessage(10, LogLevel.Error, "the ledger's disk is nearly full; nothing is permitted until twice its reserve is free; denials, outcomes, revocations and halts are still recorded")]
    public static partial void DiskLow(ILogger logger);

    [LoggerMessage(15, LogLevel.Critical, "OPEN: enforcement point {Point} was not shut: {Cause}; it is halted")]
    public static partial void CanaryFailed(ILogger logger, string point, string cause);

    [LoggerMessage(14, LogLevel.Warning, "enforcement point {Point} drifts: {Differences}")]
    public static partial void Drift(ILogger logger, string point, string differences);
}
