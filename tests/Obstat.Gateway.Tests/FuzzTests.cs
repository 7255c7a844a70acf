using System.Collections.Frozen;
using System.Diagnostics;
using System.Text;
using Obstat.Gateway.Http;
using Obstat.Gateway.JsonRpc;
using Obstat.Gateway.Local;
using Obstat.Gateway.Methods;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Tests;

namespace Obstat.Gateway.Tests;

/// <summary>
/// Each parser under bytes that were bent out of real ones: no exception, no hang, and the same verdict twice, however the bytes are cut. 1,000,000 inputs over all parsers from one
/// seed; <c>OBSTAT_FUZZ_MINUTES</c> gives each parser that long instead, from a seed that is printed.
/// </summary>
public sealed class FuzzTests
{
    private const int InputsAll = 1_000_000;
    private static readonly TimeSpan InputMax = TimeSpan.FromSeconds(1);
    private static readonly FrontRules Rules = new(FrozenSet.ToFrozenSet(["gate.test"]), 1 << 16);

    public static TheoryData<string, int> Parsers => new()
    {
        { "message", 300_000 },
        { "head", 300_000 },
        { "events", 150_000 },
        { "lines", 50_000 },
        { "hello", 50_000 },
        { "header", 100_000 },
        { "schema", 50_000 },
    };

    [Fact]
    public void All_parsers_together_get_a_million_inputs() => Assert.Equal(InputsAll, Parsers.Sum(row => row.Data.Item2));

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Any_bytes_have_one_verdict(string parser, int inputs)
    {
        var minutes = Environment.GetEnvironmentVariable("OBSTAT_FUZZ_MINUTES") is { Length: > 0 } text ? double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 0;
        var seed = minutes > 0 ? Environment.TickCount : 20260728;
        var random = new Random(seed);
        var seeds = Seeds(parser);
        var clock = Stopwatch.StartNew();
        var (last, worked, i) = (TimeSpan.Zero, Environment.CpuUsage.TotalTime, 0L);
        for (; minutes > 0 ? clock.Elapsed.TotalMinutes < minutes : i < inputs; i++)
        {
            var bytes = Bent(random, seeds);
            try
            {
                var (first, second) = (Verdict(parser, bytes, bytes.Length), Verdict(parser, bytes, 1 + random.Next(8)));
                Assert.True(first == second, $"{first} and {second}");
            }
            catch (Exception e)
            {
                Assert.Fail($"{parser}, seed {seed}, input {i}: {Convert.ToBase64String(bytes)}: {e}");
            }

            // A machine that has no time for us is no hang: the process must have worked all the while.
            Assert.True(clock.Elapsed - last < InputMax || Environment.CpuUsage.TotalTime - worked < InputMax, $"{parser}, seed {seed}, input {i} took {clock.Elapsed - last}: {Convert.ToBase64String(bytes)}");
            (last, worked) = (clock.Elapsed, Environment.CpuUsage.TotalTime);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{parser}: {i} inputs from seed {seed} in {clock.Elapsed.TotalMinutes:F1} min: no crash, no hang, no differing verdict");
    }

    /// <summary>What a parser says of bytes; where they come in pieces, in pieces of that size.</summary>
    private static string Verdict(string parser, byte[] bytes, int piece) => parser switch
    {
        "message" => Message(bytes),
        "head" => Head(bytes, piece),
        "events" => Events(bytes, piece),
        "lines" => Lines(bytes, piece),
        "hello" => Hello.TryRead(bytes, out var hello) ? $"{hello.Server} {hello.Token}" : "no",
        "header" => HeaderText.TryDecode(Encoding.Latin1.GetString(bytes), out var text) ? text : "no",
        "schema" => Schema(bytes),
        _ => throw new ArgumentOutOfRangeException(nameof(parser)),
    };

    private static string Message(byte[] bytes)
    {
        if (!RpcMessage.TryParse(bytes, out var message, out var fault))
        {
            return fault.Text;
        }

        var says = new StringBuilder(message.Kind.ToString());
        foreach (var revision in (Revision[])[Revision.R20251125, Revision.R20260728])
        {
            _ = message.Kind is not (RpcKind.Request or RpcKind.Notification) ? says
                : McpRequest.TryRead(message, revision, out var request, out fault) ? says.Append(request.Forwarded(1, JsonValue.EmptyObject)) : says.Append(fault.Text);
        }

        return says.ToString();
    }

    private static string Head(byte[] bytes, int piece)
    {
        var intake = new HttpIntake(Rules);
        foreach (var part in bytes.Chunk(Math.Max(1, piece)))
        {
            if (intake.State is IntakeState.Refused or IntakeState.Complete)
            {
                break;
            }

            intake.Take(part);
        }

        return intake.State == IntakeState.Complete ? Encoding.Latin1.GetString(intake.Request()) : intake.State == IntakeState.Refused ? $"refused {intake.Status}" : intake.State.ToString();
    }

    private static string Events(byte[] bytes, int piece)
    {
        var reader = new SseReader(new Pieces(bytes, piece), 4096);
        var says = new StringBuilder();
        while (reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } one)
        {
            _ = says.Append(one.Name).Append('=').Append(Convert.ToHexString(one.Data)).Append(';');
        }

        return says.Append(reader.WasBroken).ToString();
    }

    private static string Lines(byte[] bytes, int piece)
    {
        var reader = new LineReader(new Pieces(bytes, piece), 256);
        var says = new StringBuilder();
        while (reader.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult() is { } line)
        {
            _ = says.Append(Convert.ToHexString(line)).Append(';');
        }

        return says.Append(reader.WasTooLong).ToString();
    }

    private static string Schema(byte[] bytes)
    {
        if (!StrictJson.TryParse(bytes, out var value, out _))
        {
            return "no";
        }

        var headers = ParameterHeaders.Of(value);
        return $"{headers is not null} {string.Join(',', headers?.Made(value) ?? [])} {SubscriptionFilter.TryRead(value, out var filter)} {filter?.ToJson()}";
    }

    private static byte[][] Seeds(string parser) => parser switch
    {
        "message" => [.. WireRow.Read("jsonrpc").Select(r => r.Bytes), FakeDoor.Utf8(Http.ModernTests.Request("tools/list")), FakeDoor.Utf8("""{"jsonrpc":"2.0","id":"x","method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["a:b"]},"_meta":{}}}""")],
        "head" => [.. WireRow.Read("http1").Select(r => r.Bytes), .. File.ReadLines(Vectors.Shared("attacks/wire/mcp-headers.jsonl")).Select(l => Http.ModernTests.HeaderRow(l).Bytes)],
        "events" => [FakeDoor.Utf8("event: message\nid: 1-2\nretry: 5\ndata: {\"a\":1}\n\n:c\n\ndata\r\n\r\n"), FakeDoor.Utf8("data: x\rdata: y\r\rid\n\n")],
        "lines" => [FakeDoor.Utf8("{}\n{\"a\":1}\n\n x\n")],
        "hello" => [FakeDoor.Utf8("""{"v":1,"server":"s","token":"t"}"""), FakeDoor.Utf8("""{"v":1,"server":"s","token":null}""")],
        "header" => [FakeDoor.Utf8("=?base64?c2FmZQ==?="), FakeDoor.Utf8("safe"), FakeDoor.Utf8("=?base64??=")],
        _ => [FakeDoor.Utf8("""{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"object","properties":{"c":{"type":"integer","x-mcp-header":"C"}}}}}"""), FakeDoor.Utf8("""{"toolsListChanged":true,"resourceSubscriptions":["a:b","c:d"]}""")],
    };

    /// <summary>A seed with a few changes: bits, bytes, pieces doubled, cut, moved, or of another seed; sometimes mere noise.</summary>
    private static byte[] Bent(Random random, byte[][] seeds)
    {
        var bytes = seeds[random.Next(seeds.Length)].ToList();
        if (random.Next(50) == 0)
        {
            var noise = new byte[random.Next(300)];
            random.NextBytes(noise);
            return noise;
        }

        for (var changes = 1 + random.Next(4); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count + 1);
            switch (random.Next(7))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, "{}[]\":,\r\n \t0\0"u8[random.Next(13)]);
                    break;
                case 3 when at < bytes.Count:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + random.Next(8)));
                    break;
                case 4 when at < bytes.Count:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + random.Next(24))));
                    break;
                case 5:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length + 1);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, random.Next(32))).ToArray());
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes.Take(8192)];
    }

    /// <summary>A stream that gives its bytes in pieces.</summary>
    private sealed class Pieces(byte[] bytes, int piece) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var taken = Math.Min(Math.Min(count, Math.Max(1, piece)), bytes.Length - _at);
            bytes.AsSpan(_at, taken).CopyTo(buffer.AsSpan(offset));
            _at += taken;
            return taken;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var chunk = new byte[buffer.Length];
            var taken = Read(chunk, 0, chunk.Length);
            chunk.AsMemory(0, taken).CopyTo(buffer);
            return ValueTask.FromResult(taken);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
