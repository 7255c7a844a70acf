using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Output;
using Obstat.Proof.Reasons;

namespace Obstat.Cli.Commands;

/// <summary>From a command line to an exit code. The only catch-all of this process stands here: what nobody foresaw is told as <c>Fault</c>, its details go into a report file.</summary>
internal static class Entry
{
    /// <summary>All commands, in the order of help.</summary>
    public static ImmutableArray<Verb> Verbs { get; } =
    [
        DemoCommand.Verb,
        InitCommand.Verb,
        UpCommand.Verb,
        McpAddCommand.Add,
        McpWrapCommand.Verb,
        McpListCommand.List,
        McpListCommand.Show,
        McpAddCommand.Repin,
        McpListCommand.Remove,
        ConnectCommand.Verb,
        DoctorCommand.Verb,
        CoverageCommand.Verb,
        HookCommand.Verb,
        IdentityCommand.Enrol,
        IdentityCommand.Token,
        IdentityCommand.List,
        PolicyCommand.Activate,
        SuggestCommand.Verb,
        SchemaCommand.From,
        StatusCommand.Verb,
        ConsoleCommand.Link,
        StopCommand.Halts,
        StopCommand.Halt,
        StopCommand.Lift,
        StopCommand.Rearm,
        StopCommand.Revoke,
        StopCommand.Add,
        DrainCommand.Verb,
        BreakGlassCommand.Verb,
        CheckCommand.Verb,
        ExplainCommand.Verb,
        DecisionsCommand.List,
        DecisionsCommand.Show,
        ExportCommand.Verb,
        LedgerCommand.Checkpoint,
        LedgerCommand.Proof,
        LedgerCommand.Export,
        LedgerCommand.Serve,
        LedgerCommand.RebuildIndex,
        LedgerCommand.Rotate,
        VerifyCommand.Verb,
        AuditCommand.Verb,
        ReplayCommand.Verb,
        LineageCommand.Verb,
        ConfigCommand.Show,
        ConfigCommand.Check,
        ConfigCommand.Schema,
        VersionCommand.Verb,
    ];

    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        var terminal = Terminal.OfProcess();
        if (!new Parser(Verbs).TryParse(words, terminal, out var invocation, out var help, out var error))
        {
            if (help is not null)
            {
                terminal.Write(help);
                return ExitCode.Done;
            }

            return terminal.Fail(ExitCode.Usage, error!);
        }

        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await invocation.Verb.RunAsync(invocation, interrupted.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return invocation.Verb.FailedCode == ExitCode.Failed ? ExitCode.Interrupted : invocation.Verb.FailedCode;
        }
#pragma warning disable CA1031 // A bug must not end in a stack trace on the screen.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return terminal.Fail(invocation.Verb.FailedCode, ErrorText.Of(DenyReason.Fault.ToCode(), "something that nobody foresaw", "this is a bug; nothing was permitted by it", $"please report it with {Report(words, e)}"));
        }

        // The first signal stops in order; with the second one the runtime ends the process, and with it its process group.
        void Stop(PosixSignalContext context)
        {
            context.Cancel = !interrupted.IsCancellationRequested;
            interrupted.Cancel();
        }
    }

    // Arguments may hold what is nobody's business, so the report names the verb alone.
    private static string Report(IReadOnlyList<string> words, Exception e)
    {
        var path = Path.Combine(Path.GetTempPath(), $"obstat-report-{DateTime.UtcNow.ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture)}-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.txt");
        try
        {
            Settings.PrivateFile.Create(path, System.Text.Encoding.UTF8.GetBytes($"obstat {string.Join(' ', words.Take(2).TakeWhile(w => !w.StartsWith('-')))}\n{Environment.OSVersion} .NET {Environment.Version}\n{e}\n"));
            return path;
        }
        catch (Exception inner) when (inner is IOException or UnauthorizedAccessException)
        {
            return $"this text: {e.GetType().Name} {Shown.Of(e.Message)}";
        }
    }
}
