using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Obstat.Proof.Reasons;

namespace Obstat.Gateway.Http;

/// <summary>
/// Stands between the socket and the HTTP server: reads each request whole, refuses the ambiguous with an answer and the end of the connection, and hands on
/// one request at a time. So no byte behind a refused request is ever taken for another one, and server and gate read the same.
/// </summary>
/// <param name="rules">What is let through.</param>
/// <param name="refused">Told of each refusal and of the bytes received.</param>
internal sealed class StrictFront(Func<FrontRules> rules, Action<DenyReason, byte[]> refused)
{
    // A client that sends more than this before it has read an answer waits.
    private const int HeldMax = 1 << 16;

    private static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RequestMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LingerMax = TimeSpan.FromMilliseconds(500);

    /// <summary>Serves one connection.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var socket = connection.Transport;
        var closed = connection.ConnectionClosed;
        var inner = new Pipe(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
        using var turn = new RequestTurn();
        using var gone = new CancellationTokenSource();
        connection.Features.Set(turn);
        connection.Transport = new Duplex(inner.Reader, socket.Output);
        connection.ConnectionClosed = gone.Token;
        using var over = new CancellationTokenSource();
        var serving = ServeAsync(connection, next, over);
        try
        {
            await PumpAsync(socket, inner.Writer, turn, serving, over.Token);
        }
        catch (Exception e) when (e is IOException or ConnectionResetException or ConnectionAbortedException)
        {
            // The peer is gone. What it asked goes on to its end and its evidence is closed; nobody reads the answer.
            _ = await Task.WhenAny(turn.Answered, serving);
        }
        finally
        {
            await inner.Writer.CompleteAsync();
            await serving;
            connection.Transport = socket;
            connection.ConnectionClosed = closed;
        }
    }

    private static async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next, CancellationTokenSource over)
    {
        try
        {
            await next(connection);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task PumpAsync(IDuplexPipe socket, PipeWriter inner, RequestTurn turn, Task serving, CancellationToken over)
    {
        var intake = new HttpIntake(rules());
        while (!over.IsCancellationRequested)
        {
            if (!await FillAsync(socket, intake, over))
            {
                return;
            }

            if (intake.State != IntakeState.Complete)
            {
                refused(DenyReason.Malformed, intake.Received.ToArray());
                await RefuseAsync(socket, intake.Status);
                return;
            }

            turn.Begin();
            _ = await inner.WriteAsync(intake.Request(), CancellationToken.None);
            await WatchAsync(socket.Input, intake, turn, serving);
            intake.Next();
        }
    }

    /// <summary>Reads until a request is complete or refused; false where the connection ends between requests.</summary>
    private static async Task<bool> FillAsync(IDuplexPipe socket, HttpIntake intake, CancellationToken over)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(over);
        patience.CancelAfter(intake.State == IntakeState.Empty ? IdleMax : RequestMax);
        var told = false;
        while (intake.State is IntakeState.Empty or IntakeState.Head or IntakeState.Body)
        {
            if (intake.State == IntakeState.Body && !told && intake.Head!.WantsContinue)
            {
                told = true;
                _ = await socket.Output.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), CancellationToken.None);
            }

            ReadResult read;
            try
            {
                read = await socket.Input.ReadAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                return intake.State != IntakeState.Empty && !over.IsCancellationRequested;
            }

            if (intake.State == IntakeState.Empty && !read.Buffer.IsEmpty)
            {
                patience.CancelAfter(RequestMax);
            }

            foreach (var part in read.Buffer)
            {
                if (intake.State != IntakeState.Refused)
                {
                    intake.Take(part.Span);
                }
            }

            socket.Input.AdvanceTo(read.Buffer.End);
            if (over.IsCancellationRequested || (read.IsCompleted && intake.State == IntakeState.Empty))
            {
                return false;
            }

            if (read.IsCompleted)
            {
                return true;
            }
        }

        return true;
    }

    /// <summary>Waits for the answer, and holds what comes in meanwhile. A client that closes its side still gets it; a stream that has no end ends then.</summary>
    private static async Task WatchAsync(PipeReader input, HttpIntake intake, RequestTurn turn, Task serving)
    {
        Task answered = Task.WhenAny(turn.Answered, serving);
        while (!answered.IsCompleted && intake.Held < HeldMax)
        {
            var reading = input.ReadAsync().AsTask();
            if (await Task.WhenAny(answered, reading) == answered)
            {
                input.CancelPendingRead();
            }

            try
            {
                var read = await reading;
                foreach (var part in read.Buffer)
                {
                    intake.Take(part.Span);
                }

                input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    turn.FallSilent();
                    break;
                }
            }
            catch (Exception e) when (e is IOException or ConnectionResetException or ConnectionAbortedException)
            {
                turn.FallSilent();
                throw;
            }
        }

        await answered;
    }

    private static async Task RefuseAsync(IDuplexPipe socket, int status)
    {
        var phrase = status switch
        {
            413 => "413 Content Too Large",
            415 => "415 Unsupported Media Type",
            _ => "400 Bad Request",
        };
        _ = await socket.Output.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {phrase}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));

        // What still comes in is read for a moment: closing over unread bytes would reset the connection, and our answer with it.
        using var linger = new CancellationTokenSource(LingerMax);
        try
        {
            for (var rest = 1 << 20; rest > 0;)
            {
                var read = await socket.Input.ReadAsync(linger.Token);
                rest -= (int)Math.Min(read.Buffer.Length, rest);
                socket.Input.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted || read.IsCanceled)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Long enough.
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
