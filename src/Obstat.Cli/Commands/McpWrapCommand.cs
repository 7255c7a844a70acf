using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Security.Cryptography;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Reasons;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary>
/// <c>obstat mcp wrap</c>: the stdio front of one server. It proves the local identity to the plane, hands the run token to the gateway, then carries lines both ways and looks at none.
/// Without an identity it connects all the same, so that what the agent asks is refused and recorded. A run token is renewed before it ends, over a connection of its own.
/// </summary>
internal static class McpWrapCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Verb Verb { get; } = new()
    {
        Path = "mcp wrap",
        About = "speak MCP on standard input and output for one registered server: what an agent's host starts",
        Examples = ["obstat mcp wrap files", "obstat mcp wrap files --config /srv/guarded/obstat.json"],
        Arguments = [new("NAME", "a registered server")],
        RunAsync = RunAsync,
    };

    private static async Task<int> RunAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        if (!settings.Gateway.Servers.ContainsKey(invocation["NAME"]))
        {
            return McpListCommand.NoServer(invocation, settings);
        }

        var until = DateTimeOffset.UtcNow + Patience;
        var socket = await ConnectAsync(settings.Listen.Local, until, cancellation).ConfigureAwait(false);
        if (socket is null)
        {
            return invocation.Terminal.Fail(ExitCode.PlaneAway, new ErrorText(
                DenyReason.PlaneUnavailable.ToCode(), $"no gateway at {settings.Listen.Local}", [("effect", "nothing that the agent asks is forwarded"), ("fix", "obstat up")]));
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            var (token, ends, why) = await TokenAsync(settings, until, cancellation).ConfigureAwait(false);
            if (token is null)
            {
                invocation.Terminal.Tell(ErrorText.Of(DenyReason.IdentityUnverifiable.ToCode(), why!, "everything that the agent asks will be refused and recorded", "obstat identity enrol local, obstat policy activate, and start this again").ToString());
            }

            var handle = Base64Url.Encode(RandomNumberGenerator.GetBytes(16));
            var hello = JsonValue.Object(("v", JsonValue.Of(1)), ("server", JsonValue.Of(invocation["NAME"])), ("token", JsonValue.Of(token)), ("handle", JsonValue.Of(handle)));
            await stream.WriteAsync((byte[])[.. hello.ToCanonicalBytes(), (byte)'\n'], cancellation).ConfigureAwait(false);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var renewing = token is null ? Task.CompletedTask : RenewAsync(invocation, settings, handle, ends, over.Token);
            var code = await RelayAsync(stream, socket, cancellation).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await renewing.ConfigureAwait(false);
            return code;
        }
    }

    private static async Task<int> RelayAsync(NetworkStream stream, Socket socket, CancellationToken cancellation)
    {
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();
        var down = input.CopyToAsync(stream, cancellation);
        var up = stream.CopyToAsync(output, cancellation);
        try
        {
            if (await Task.WhenAny(down, up).ConfigureAwait(false) == up)
            {
                // The gateway closed: the session and its child are gone, so the host must start anew.
                await up.ConfigureAwait(false);
                return ExitCode.PlaneAway;
            }

            // The host is done asking; answers that are on their way still arrive.
            await down.ConfigureAwait(false);
            socket.Shutdown(SocketShutdown.Send);
            await up.ConfigureAwait(false);
            return ExitCode.Done;
        }
        catch (IOException)
        {
            return ExitCode.PlaneAway;
        }
    }

    private static async Task<Socket?> ConnectAsync(UnixAddress address, DateTimeOffset until, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.Path), cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                if (DateTimeOffset.UtcNow >= until)
                {
                    return null;
                }

                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Gives the gateway a new run token when three quarters of the time of the last one are over, and goes on trying where that fails: a plane that is back serves the conversation again. It ends
    /// with the conversation, or where the gateway does not know the connection any more.
    /// </summary>
    private static async Task RenewAsync(Invocation invocation, InstallationSettings settings, string handle, DateTimeOffset ends, CancellationToken over)
    {
        try
        {
            for (var wait = Until(ends); ; wait = Until(ends))
            {
                await Task.Delay(wait, over).ConfigureAwait(false);
                var (token, next, why) = await TokenAsync(settings, DateTimeOffset.UtcNow + Patience, over).ConfigureAwait(false);
                if (token is null)
                {
                    invocation.Terminal.Tell(ErrorText.Of(DenyReason.IdentityUnverifiable.ToCode(), why!, "when the run token ends, what the agent asks is refused until there is a new one", "nothing, if the plane only restarts; else: obstat status").ToString());
                }
                else if (await GiveAsync(settings, handle, token, over).ConfigureAwait(false))
                {
                    ends = next;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The conversation is over.
        }
    }

    private static TimeSpan Until(DateTimeOffset ends) => TimeSpan.FromSeconds(Math.Max(1, (ends - DateTimeOffset.UtcNow).TotalSeconds * 3 / 4));

    /// <summary>Tells the gateway a new token for a connection that is open.</summary>
    private static async Task<bool> GiveAsync(InstallationSettings settings, string handle, string token, CancellationToken cancellation)
    {
        if (await ConnectAsync(settings.Listen.Local, DateTimeOffset.UtcNow, cancellation).ConfigureAwait(false) is not { } socket)
        {
            return false;
        }

        var stream = new NetworkStream(socket, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                var hello = JsonValue.Object(("v", JsonValue.Of(1)), ("renew", JsonValue.Of(handle)), ("token", JsonValue.Of(token)));
                await stream.WriteAsync((byte[])[.. hello.ToCanonicalBytes(), (byte)'\n'], cancellation).ConfigureAwait(false);
                using var reader = new StreamReader(stream);
                return await reader.ReadLineAsync(cancellation).ConfigureAwait(false) is { } line
                    && StrictJson.TryParse(System.Text.Encoding.UTF8.GetBytes(line), out var answer, out _) && answer["renewed"]?.AsBoolean == true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>A run token for this process and its end, or why there is none. A plane that just starts is waited for.</summary>
    private static async Task<(string? Token, DateTimeOffset Ends, string? Why)> TokenAsync(InstallationSettings settings, DateTimeOffset until, CancellationToken cancellation)
    {
        if (!KeyFiles.TryRead(settings.Paths.LocalKey, KeyRole.Identity, out var key, out var reason))
        {
            return (null, default, reason);
        }

        using var client = new AdminClient(settings.Listen.Admin, Patience);
        while (true)
        {
            var nonce = await client.AskAsync<NonceRequest, NonceAnswer>(PlaneRoutes.IdentityNonce, new NonceRequest(), cancellation).ConfigureAwait(false);
            if (nonce.Value is { } given)
            {
                var proof = new PossessionProof(given.Aud, given.Nonce, PrivateFolder.UserId, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Base64Url.Encode(RandomNumberGenerator.GetBytes(16))).Sign(key);
                var answer = await client.AskAsync<RunTokenRequest, RunTokenAnswer>(PlaneRoutes.IdentityRunToken, new RunTokenRequest(proof), cancellation).ConfigureAwait(false);
                return (answer.Value?.Token, DateTimeOffset.FromUnixTimeSeconds(answer.Value?.Expires ?? 0), Why(answer));
            }

            if (nonce.Away is null || DateTimeOffset.UtcNow >= until)
            {
                return (null, default, Why(nonce));
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }
    }

    [return: NotNullIfNotNull(nameof(answer))]
    private static string? Why<T>(AdminAnswer<T> answer)
        where T : class
        => answer.Refusal is { } refusal ? $"the plane gives no run token: {refusal.Reason.ToCode()} {Shown.Of(refusal.Detail)}" : $"the plane is away: {answer.Away}";
}
