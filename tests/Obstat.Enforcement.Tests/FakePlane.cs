using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Obstat.Proof;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leases;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Permits;
using Obstat.Proof.Reasons;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>
/// A plane in one class: real tokens, real receipts of a real small log, over a real socket; and each way to fail that a test asks for.
/// It allows everything but the tool <c>forbidden</c>.
/// </summary>
public sealed class FakePlane : IAsyncDisposable
{
    public const string PointId = "gw-1";
    private static readonly Plane Instance = new("fake", 1);
    private readonly Lock _lock = new();
    private readonly SigningKey _root = SigningKey.Create(KeyRole.Root);
    private readonly StatementSigner _statements = StatementSigner.Generate();
    private readonly NoteSigner _head = NoteSigner.Generate("t-1.fake.obstat.internal");
    private readonly Dictionary<string, string> _prev = [];
    private readonly Dictionary<string, string> _prevOfPrev = [];
    private readonly ConcurrentDictionary<string, byte[]> _answered = new();
    private readonly HashSet<string> _boots = [];
    private readonly Dictionary<string, List<long>> _counted = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly SigningKey _lease = SigningKey.Create(KeyRole.Lease);
    private readonly List<string> _orders = [];
    private SigningKey _permit = SigningKey.Create(KeyRole.Permit);
    private MerkleEdge _edge = MerkleEdge.Empty;
    private readonly List<Digest> _hashes = [];
    private Socket? _listener;
    private int _port;
    private byte[]? _before;
    private VerifiedHash? _denial;
    private NoteSigner? _next;
    private VerifiedHash? _rotation;

    public FakePlane(IPointClock clock)
    {
        Clock = clock;
        Folder = Directory.CreateTempSubdirectory("obstat-door-").FullName;
        Listen();
    }

    private sealed record VerifiedHash(Receipt Receipt, Digest Leaf);

    public IPointClock Clock { get; }

    public string Folder { get; }

    public PlaneFault Fault { get; set; }

    /// <summary>Applies the fault to registrations too.</summary>
    public bool FaultsRegistrations { get; set; }

    /// <summary>The limit of an ask that it tells points, in ms.</summary>
    public int AskMs { get; set; } = 5000;

    /// <summary>Refuses outcomes with 503 while set.</summary>
    public bool RefusesReports { get; set; }

    /// <summary>Seconds of a lease.</summary>
    public int Ttl { get; set; } = 2;

    /// <summary>What it does to beats instead of answering rightly.</summary>
    public BeatFault Beats { get; set; }

    /// <summary>Orders are signed by a key that no root named.</summary>
    public bool OrdersAreForged { get; set; }

    public ConcurrentQueue<BeatRequest> BeatsSeen { get; } = new();

    public ConcurrentQueue<LeaseOpenRequest> Opened { get; } = new();

    public ConcurrentQueue<ClosedLease> Closed { get; } = new();

    /// <summary>What it does to probes instead of answering rightly.</summary>
    public ProbeFault Probes { get; set; }

    /// <summary>How often a point is told to probe itself.</summary>
    public long ProbeMs { get; set; } = 3_600_000;

    /// <summary>Effective-policy statements, verified under the report key of their boot.</summary>
    public ConcurrentQueue<EffectivePolicy> Said { get; } = new();

    /// <summary>Probes that failed, as points told them.</summary>
    public ConcurrentQueue<CanaryFailed> FailedProbes { get; } = new();

    /// <summary>The snapshot that it decides by and publishes.</summary>
    public Digest Snapshot { get; set; } = Digest.Of("s"u8);

    /// <summary>Pushes an order to every point that listens, now and later.</summary>
    public Order Push(OrderKind kind, Scope scope, string? id = null)
    {
        lock (_lock)
        {
            var order = new Order(_orders.Count + 1, kind, scope, "test", "op-1", Clock.Wall.ToUnixTimeSeconds(), id ?? Random128.Next());
            _orders.Add(order.Sign(OrdersAreForged ? SigningKey.Create(KeyRole.Lease) : _lease));
            return order;
        }
    }

    public string Secret { get; } = Base64Url.Encode(Enumerable.Repeat((byte)7, 32).ToArray());

    public ConcurrentQueue<PointRegistration> Registrations { get; } = new();

    public ConcurrentQueue<AskRequest> Asks { get; } = new();

    public ConcurrentQueue<OutcomeStatement> Outcomes { get; } = new();

    public ConcurrentQueue<CoverageStatement> Coverages { get; } = new();

    public ConcurrentQueue<RefusalsReport> Refusals { get; } = new();

    public ConcurrentQueue<(string Path, string Body)> Requests { get; } = new();

    public VerifierKey HeadKey => _next?.VerifierKey ?? _head.VerifierKey;

    /// <summary>Ends the old head key: from here on the new one signs alone.</summary>
    public bool HasOldHeadEnded { get; set; }

    /// <summary>Tells points the entry that announces the new head key.</summary>
    public bool TellsRotation { get; set; } = true;

    /// <summary>Announces a new head key: from this entry on heads carry both lines.</summary>
    /// <param name="lie">Changes the entry.</param>
    /// <param name="underNewAlone">The head that is told with the entry is signed by the new key alone.</param>
    public void Rotate(Func<KeyRotationStatement, NoteSigner, KeyRotationStatement>? lie = null, bool underNewAlone = false)
    {
        lock (_lock)
        {
            _next = NoteSigner.Generate(_head.VerifierKey.Name);
            var rotation = new KeyRotationStatement
            {
                Nonce = Random128.Next(), Origin = HeadKey.Name, Time = Timestamp.From(Clock.Wall), Clock = new Clock("test", 0), Plane = Instance, Role = KeyRoles.Checkpoint,
                Old = RotatedKey.Ends(_head.VerifierKey), New = RotatedKey.Begins(_next.VerifierKey), OverlapUntil = Timestamp.From(Clock.Wall + TimeSpan.FromDays(1)), Proof = null, SuspectedFrom = null,
            }.Prove(_next);
            HasOldHeadEnded = underNewAlone;
            _rotation = Append((lie?.Invoke(rotation, _next) ?? rotation).ToBytes(), PlaneFault.None);
            HasOldHeadEnded = false;
        }
    }

    public string RootKid => _root.Kid;

    public DoorOptions Options => new()
    {
        PointId = PointId,
        Kind = "gateway",
        Plane = PlaneAddress.TryParse($"127.0.0.1:{_port}", out var address) ? address : throw new InvalidOperationException(),
        KeyFolder = Path.Combine(Folder, "gateway"),
        EnrolmentFile = Path.Combine(Folder, "enrol.json"),
        Build = Digest.Of("build"u8),
        Config = Digest.Of("config"u8),
        Obligations = ["redact.arguments"],
        AskTime = TimeSpan.FromSeconds(2),
    };

    /// <summary>Writes the one-time enrolment file.</summary>
    public void Enrol(string? root = null, VerifierKey? head = null)
        => DurableFile.Write(Options.EnrolmentFile, PlaneMessage.Write(new Enrolment(PointId, Secret, root ?? RootKid, head ?? HeadKey, Clock.Wall.ToUnixTimeSeconds() + 600)));

    public Task<Door> OpenAsync() => Door.OpenAsync(Options, Clock, CancellationToken.None);

    /// <summary>The process dies: nothing listens.</summary>
    public void Kill()
    {
        _listener!.Dispose();
        foreach (var connection in _connections.Keys)
        {
            connection.Dispose();
        }
    }

    /// <summary>The process starts again with the same ledger: new working keys, no boot known.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _permit = SigningKey.Create(KeyRole.Permit);
            _boots.Clear();
            _counted.Clear();
        }

        Listen();
    }

    /// <summary>The ledger goes on from another history of the same size, in which the last decision of each boot never happened.</summary>
    public void Fork()
    {
        lock (_lock)
        {
            var edge = MerkleEdge.Empty;
            for (var i = 0; i < _edge.Size; i++)
            {
                _hashes[i] = Digest.Of(BitConverter.GetBytes(i));
                edge = edge.Append(_hashes[i]);
            }

            _edge = edge;
            foreach (var (boot, prev) in _prevOfPrev)
            {
                _prev[boot] = prev;
            }
        }
    }

    /// <summary>The ledger is a backup from before everything.</summary>
    public void Rollback()
    {
        lock (_lock)
        {
            _edge = MerkleEdge.Empty;
            _hashes.Clear();
        }
    }

    /// <summary>Others wrote so many entries.</summary>
    public void Grow(int entries)
    {
        lock (_lock)
        {
            for (var i = 0; i < entries; i++)
            {
                _hashes.Add(Digest.Of(BitConverter.GetBytes(_hashes.Count)));
                _edge = _edge.Append(_hashes[^1]);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Kill();
        _head.Dispose();
        _statements.Dispose();
        _stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private readonly ConcurrentDictionary<Socket, bool> _connections = new();

    private void Listen()
    {
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, _port));
        _listener.Listen(64);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _ = AcceptAsync(_listener);
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            try
            {
                var connection = await listener.AcceptAsync();
                _connections[connection] = true;
                _ = ServeAsync(connection);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            while (await ReadRequestAsync(stream) is var (path, body))
            {
                Requests.Enqueue((path, Encoding.UTF8.GetString(body)));
                if (!await ReplyAsync(stream, path, body))
                {
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side went away, or this plane was killed.
        }
        finally
        {
            _ = _connections.TryRemove(connection, out _);
        }
    }

    private static async Task<(string Path, byte[] Body)?> ReadRequestAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        var lines = head.ToString().Split("\r\n");
        var length = int.Parse(lines.SingleOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.Ordinal))?[16..] ?? "0");
        var body = new byte[length];
        await stream.ReadExactlyAsync(body);
        return (lines[0].Split(' ')[1], body);
    }

    private async Task<bool> OrdersAsync(NetworkStream stream, string path)
    {
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray());
        for (var next = int.Parse(path.Split('=')[1]); ; await Task.Delay(5, _stop.Token))
        {
            string[] some;
            lock (_lock)
            {
                some = [.. _orders.Skip(next)];
            }

            next += some.Length;
            foreach (var order in some)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"{order.Length + 1:x}\r\n{order}\n\r\n"));
            }
        }
    }

    private async Task<bool> ReplyAsync(NetworkStream stream, string path, byte[] body)
    {
        if (path.StartsWith(PlaneRoutes.Orders + "?", StringComparison.Ordinal))
        {
            return await OrdersAsync(stream, path);
        }

        if (path == PlaneRoutes.Beat && Beats == BeatFault.Silent)
        {
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }

        var fault = path == PlaneRoutes.Asks || (path == PlaneRoutes.Points && FaultsRegistrations) ? Fault : PlaneFault.None;
        switch (fault)
        {
            case PlaneFault.Silent:
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            case PlaneFault.NoHttp:
                await stream.WriteAsync("SSH-2.0-OpenSSH_9\r\n"u8.ToArray());
                return false;
            case PlaneFault.Garbage:
                return await WriteAsync(stream, 200, "\u0001\u0002 garbage"u8.ToArray());
            case PlaneFault.Empty:
                return await WriteAsync(stream, 200, "{}"u8.ToArray());
            case PlaneFault.Html:
                return await WriteAsync(stream, 200, "<html>welcome</html>"u8.ToArray(), "text/html");
            case PlaneFault.Status500:
                return await WriteAsync(stream, 500, "oops"u8.ToArray(), "text/plain");
            case PlaneFault.Unable:
                return await WriteAsync(stream, 503, PlaneMessage.Write(new RefusalAnswer(DenyReason.LedgerUnavailable)));
            case PlaneFault.UnknownBoot:
                return await WriteAsync(stream, 409, PlaneMessage.Write(new RefusalAnswer(DenyReason.PlaneUnavailable)));
            case PlaneFault.Redirect:
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 307 Go\r\nLocation: http://127.0.0.1:{_port}{path}\r\nContent-Length: 0\r\n\r\n"));
                return true;
            case PlaneFault.Huge:
                return await WriteAsync(stream, 200, new byte[PlaneClient.BodyBytesMax + 1]);
            case PlaneFault.TrueAsText:
                return await WriteAsync(stream, 200, """{"v":1,"decision":"true"}"""u8.ToArray());
        }

        var (status, answer) = Answer(path, body, fault);
        if (fault == PlaneFault.Slow)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), _stop.Token);
        }

        if (fault == PlaneFault.Cut)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {answer.Length}\r\n\r\n"));
            await stream.WriteAsync(answer.AsMemory(0, answer.Length / 2));
            return false;
        }

        return await WriteAsync(stream, status, answer);
    }

    private static async Task<bool> WriteAsync(NetworkStream stream, int status, byte[] body, string type = "application/json")
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n"));
        await stream.WriteAsync(body);
        return true;
    }

    private (int Status, byte[] Body) Answer(string path, byte[] body, PlaneFault fault)
    {
        lock (_lock)
        {
            return path switch
            {
                PlaneRoutes.Points => Register(body, fault),
                PlaneRoutes.Asks => Ask(body, fault),
                PlaneRoutes.Leases => OpenLease(body),
                PlaneRoutes.Beat => Beat(body),
                PlaneRoutes.CloseLease => CloseLease(body),
                PlaneRoutes.Effective => TakeEffective(body),
                PlaneRoutes.CanaryFailed => TakeFailed(body),
                PlaneRoutes.Outcomes => RefusesReports ? Refuse(503, DenyReason.LedgerUnavailable) : Report(body),
                PlaneRoutes.OutcomesTogether => RefusesReports ? Refuse(503, DenyReason.LedgerUnavailable) : Reports(body),
                PlaneRoutes.Refusals => RefusesReports ? Refuse(503, DenyReason.LedgerUnavailable) : CountRefusals(body),
                _ => Refuse(404, DenyReason.UnknownAction),
            };
        }
    }

    private static (int Status, byte[] Body) Refuse(int status, DenyReason reason) => (status, PlaneMessage.Write(new RefusalAnswer(reason)));

    private (int Status, byte[] Body) Register(byte[] body, PlaneFault fault)
    {
        Assert.True(PlaneMessage.TryRead<RegisterRequest>(body, out var request, out _));
        Assert.True(PointRegistration.TryVerify(request.Registration, Clock.Wall.ToUnixTimeSeconds(), out var registration, out _, out _));
        Registrations.Enqueue(registration);
        var now = Clock.Wall.ToUnixTimeSeconds();
        var statement = new EnforcementPointStatement
        {
            Nonce = Random128.Next(), Origin = HeadKey.Name, Time = Timestamp.From(Clock.Wall), Clock = new Clock("test", 0), Plane = Instance,
            Ep = new PointBoot(registration.Id, registration.Boot), Kind = registration.Kind, Kid = registration.Report.Kid,
            PublicKey = Convert.ToBase64String(registration.Report.SubjectPublicKeyInfo.Span), Build = registration.Build, Formats = registration.Formats, Previous = registration.Previous,
        };
        var receipt = Append(statement.ToBytes(), fault).Receipt;
        _boots.Add(registration.Boot);
        var root = fault == PlaneFault.StolenRole ? SigningKey.Create(KeyRole.Root) : _root;
        var iss = fault == PlaneFault.OtherPlane ? "urn:execution:plane:other" : Urns.Plane(HeadKey.Name);
        var keys = new PlaneKeySet(iss, now, now + 3600, HeadKey.ToString(), [new KeySetMember(_permit.Public, now, now + 3600), new KeySetMember(_lease.Public, now, now + 3600)]);
        return (200, PlaneMessage.Write(new RegisterAnswer(receipt.Index, receipt.ToJson(), Consistency(request.Seen), new ChosenFormats(1, 1, 1, 1), keys.Sign(root), HeadKey.ToString(), TellsRotation ? _rotation?.Receipt.ToJson() : null, Snapshot, 1, 0, AskMs, 10_000)));
    }

    private ImmutableArray<Digest> Consistency(long seen)
    {
        return seen == 0 || seen >= _edge.Size ? [] : [.. ConsistencyProof.Make(seen, _edge.Size, Node)];

        Digest Node(int level, long index) => level == 0 ? _hashes[(int)index] : TreeHash.Node(Node(level - 1, 2 * index), Node(level - 1, (2 * index) + 1));
    }

    private (int Status, byte[] Body) OpenLease(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<LeaseOpenRequest>(body, out var open, out var error), error.ToString());
        Opened.Enqueue(open);
        Assert.True(StrictJws.TryOpen(open.Permit, PermitProfiles.Permit, JwsKeySet.Of([_permit.Public]), out var permit, out _) && PermitClaims.TryRead(permit.Claims, out var claims, out _));
        PermitClaims.TryRead(permit!.Claims, out claims, out _);
        return (200, PlaneMessage.Write(new TokenAnswer(new OpenedLease(open.Ep.Boot, open.N, claims!.Lease!.Id, 1, Ttl * 1000, Ttl * 200, Clock.Wall.ToUnixTimeSeconds() + 3600).Sign(_lease))));
    }

    private (int Status, byte[] Body) Beat(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<BeatRequest>(body, out var beat, out var error), error.ToString());
        BeatsSeen.Enqueue(beat);
        var answer = new SignedBeat(beat.Ep.Boot, beat.N, beat.Nonce, 1, Clock.Wall.ToUnixTimeMilliseconds(), _orders.Count, [.. beat.Leases.Select(l => new RenewedLease(l.Id, l.Seq, null, Ttl * 1000))]);
        return Beats switch
        {
            BeatFault.None => Signed(answer),
            BeatFault.Garbage => (200, "\u0001\u0002"u8.ToArray()),
            BeatFault.Unable => Refuse(503, DenyReason.LedgerUnavailable),
            BeatFault.OldEpoch => Signed(answer with { Epoch = 0 }),
            BeatFault.OtherNonce => Signed(answer with { Nonce = Random128.Next() }),
            BeatFault.OtherBoot => Signed(answer with { Boot = Random128.Next() }),
            BeatFault.OtherSeq => Signed(answer with { Leases = [.. answer.Leases.Select(l => l with { Seq = l.Seq + 1 })] }),
            BeatFault.StolenKey => (200, PlaneMessage.Write(new TokenAnswer(answer.Sign(SigningKey.Create(KeyRole.Lease))))),
            BeatFault.PermitKey => (200, PlaneMessage.Write(new TokenAnswer(answer.Sign(_permit)))),
            BeatFault.No => Signed(answer with { Leases = [.. answer.Leases.Select(l => l with { Reason = DenyReason.Revoked, TtlMs = 0 })] }),
            _ => throw new InvalidOperationException(),
        };

        (int, byte[]) Signed(SignedBeat signed) => (200, PlaneMessage.Write(new TokenAnswer(signed.Sign(_lease))));
    }

    private (int Status, byte[] Body) CloseLease(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<LeaseCloseRequest>(body, out var close, out var error), error.ToString());
        foreach (var one in close.Closed)
        {
            Closed.Enqueue(one);
        }

        return (200, PlaneMessage.Write(new EntryAnswer(0)));
    }

    private (int Status, byte[] Body) Ask(byte[] body, PlaneFault fault)
    {
        Assert.True(PlaneMessage.TryRead<AskRequest>(body, out var ask, out var error), error.ToString());
        Asks.Enqueue(ask);
        if (fault == PlaneFault.OldAnswer)
        {
            return (200, _before!);
        }

        if (!_boots.Contains(ask.Ep.Boot))
        {
            return Refuse(401, DenyReason.IdentityUnverifiable);
        }

        var key = $"{ask.Ep.Boot}/{ask.Ep.Seq}/{Digest.Of(body)}";
        return (200, _before = _answered.GetOrAdd(key, _ => PlaneMessage.Write(Decide(ask, fault))));
    }

    private (int Status, byte[] Body) TakeEffective(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<EffectiveReport>(body, out var report, out var error), error.ToString());
        var registration = Registrations.Last(r => r.Boot == report.Ep.Boot);
        Assert.True(EffectivePolicy.TryVerify(report.Statement, registration.Report, Clock.Wall.ToUnixTimeSeconds(), out var said, out var refusal), refusal.ToString());
        Said.Enqueue(said);
        return (200, PlaneMessage.Write(new EffectiveAnswer(ProbeMs, Snapshot)));
    }

    private (int Status, byte[] Body) TakeFailed(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<CanaryFailed>(body, out var failed, out var error), error.ToString());
        if (!_boots.Contains(failed.Ep.Boot))
        {
            return Refuse(401, DenyReason.IdentityUnverifiable);
        }

        FailedProbes.Enqueue(failed);
        return (200, PlaneMessage.Write(new EntryAnswer(_edge.Size - 1)));
    }

    /// <summary>As a real plane: forbidden probes have their entries until a permitted one has, later ones are counted and told by the next permitted one's.</summary>
    private DenyAnswer? DecideProbe(AskRequest ask, CanonicalAction action, ref CanaryFacts? facts)
    {
        Assert.Null(CanaryProbe.Verify(ask.Assertions.Single().Value, Registrations.Last(r => r.Boot == ask.Ep.Boot).Instance.ThumbprintDigest, new PointBoot(ask.Ep.Id, ask.Ep.Boot), Clock.Wall.ToUnixTimeSeconds()));
        var counted = _counted.TryGetValue(ask.Ep.Boot, out var some) ? some : null;
        facts = new CanaryFacts(ImmutableSortedDictionary<string, long>.Empty.Add(action.Name!, 1), Probes == ProbeFault.Forgotten ? [] : [.. (counted ?? []).Select(s => new SeqRange(s, s))], Digest.Of("p"u8));
        if (Probes is ProbeFault.NoLaw or ProbeFault.NoDecision)
        {
            var entry = Probes == ProbeFault.NoLaw ? Append(Decision(ask, action, null, "PolicyMissing", facts).ToBytes(), PlaneFault.None) : null;
            return new DenyAnswer(Probes == ProbeFault.NoLaw ? DenyReason.PolicyMissing : DenyReason.Late, entry?.Receipt.Index, entry?.Receipt.ToJson(), Retry.Changed, null, null, null, []);
        }

        if (action.Name == CanaryProbe.Permitted || Probes == ProbeFault.Permitted)
        {
            _counted[ask.Ep.Boot] = [];
            return null;
        }

        if (Probes == ProbeFault.OtherCode)
        {
            return new DenyAnswer(DenyReason.Forbidden, null, null, Retry.Changed, null, null, null, []);
        }

        if (counted is not null || Probes == ProbeFault.Unrecorded)
        {
            counted?.Add(ask.Ep.Seq);
            return new DenyAnswer(DenyReason.NotPermitted, null, null, Retry.Changed, null, null, null, []);
        }

        var denial = Append(Decision(ask, action, null, "NotPermitted", facts).ToBytes(), PlaneFault.None);
        return new DenyAnswer(DenyReason.NotPermitted, denial.Receipt.Index, denial.Receipt.ToJson(), Retry.Changed, null, null, null, []);
    }

    private AskAnswer Decide(AskRequest ask, PlaneFault fault)
    {
        Assert.True(CanonicalAction.TryParse(ask.Action!, out var action, out _));
        CanaryFacts? facts = null;
        if (action.Server == CanaryProbe.Server && DecideProbe(ask, action, ref facts) is { } probed)
        {
            return probed;
        }

        if (facts is null && (fault == PlaneFault.Deny || action.Name == "forbidden"))
        {
            _denial = Append(Decision(ask, action, null, "NotPermitted", null).ToBytes(), fault);
            return Denial(DenyReason.NotPermitted, _denial);
        }

        if (fault == PlaneFault.DenyByOtherReason)
        {
            return Denial(DenyReason.Forbidden, Append(Decision(ask, action, null, "NotPermitted", null).ToBytes(), fault));
        }

        var now = Clock.Wall.ToUnixTimeSeconds() - (fault == PlaneFault.ExpiredPermit ? 60 : 0);
        var boot = fault == PlaneFault.OtherBoot ? Random128.Next() : ask.Ep.Boot;
        var hash = fault == PlaneFault.OtherAction ? Digest.Of("other"u8) : action.ActHash;
        var iss = Urns.Plane(fault == PlaneFault.OtherPlane ? "other" : HeadKey.Name);
        ImmutableArray<string> obligations = fault == PlaneFault.UnknownObligation ? ["burn.after.reading"] : [];
        Assert.True(Digest.TryParseBase64Url(ask.HolderThumbprint, out var jkt));
        var claims = new PermitClaims
        {
            Iss = iss, Aud = ask.Aud, IssuedAt = now, NotBefore = now, Expires = now + 30, Jti = Random128.Next(), Sub = "Agent::local:uid:1000", ClientId = "Agent::local:uid:1000",
            Cnf = new Confirmation(Confirmation.Key, jkt), Use = ask.Use, Ep = new PointBoot(ask.Ep.Id, boot),
            Action = new PermittedAction(action.WireAction, ask.Aud, action.Identifier, hash, action.ToolHash, ask.Mode), Txn = Random128.Next(), Exe = Random128.Next(),
            RequestingWorkload = Urns.Point(ask.Ep.Id), Snapshot = Snapshot, Obligations = obligations,
            Lease = ask.Mode == "lease" ? new LeaseTerms(Random128.Next(), Ttl, 1) : null,
        };
        var entry = Append(Decision(ask, action, claims, null, facts).ToBytes(), fault);
        if (fault == PlaneFault.DenyByAllow)
        {
            return Denial(DenyReason.NotPermitted, entry);
        }

        var (receipt, leaf) = fault == PlaneFault.ReceiptOfDenial ? (_denial!.Receipt, _denial.Leaf) : (entry.Receipt, entry.Leaf);
        var signer = fault == PlaneFault.StolenRole ? SigningKey.Create(KeyRole.Permit) : _permit;
        var permit = (claims with { Led = new LedgerReference(HeadKey.Name, receipt.Index, leaf) }).Sign(signer);
        permit = fault == PlaneFault.FlippedBit ? permit[..^10] + (permit[^10] == 'A' ? 'B' : 'A') + permit[^9..] : permit;
        return new AllowAnswer(claims.Exe, receipt.Index, permit, fault == PlaneFault.NoReceipt ? JsonValue.EmptyObject : receipt.ToJson(), null, ["transfer"]);
    }

    private static DenyAnswer Denial(DenyReason reason, VerifiedHash entry) => new(reason, entry.Receipt.Index, entry.Receipt.ToJson(), Retry.Changed, null, null, "ask a person", ["transfer"]);

    private DecisionStatement Decision(AskRequest ask, CanonicalAction action, PermitClaims? permit, string? reason, CanaryFacts? facts)
    {
        Digest? prev = _prev.TryGetValue(ask.Ep.Boot, out var hex) && Digest.TryParseHex(hex, out var read) ? read : null;
        var statement = new DecisionStatement
        {
            Nonce = Random128.Next(), Origin = HeadKey.Name, Time = Timestamp.From(Clock.Wall), Clock = new Clock("test", 0), Plane = Instance,
            Ep = new PointSequence(ask.Ep.Id, ask.Ep.Boot, ask.Ep.Seq, prev), Request = new RequestFacts(action.WireAction, "call", Random128.Next(), Random128.Next(), null),
            Snapshot = Snapshot, Read = new ReadParts(null, null, null, null, null), Engine = new EngineFacts("test", "1", Digest.Of("e"u8)), Identity = new IdentityFacts("verified", "p-1", []),
            Decision = permit is null ? "deny" : "allow", Reason = reason, Policies = [], Errors = [], Approvals = [], Budgets = [],
            Permit = permit is null ? null : new PermitFacts(permit.Jti, permit.ClaimsDigest(), permit.NotBefore, permit.Expires, permit.Use, permit.Action.Mode, permit.Lease),
            Trace = null, Witnessed = null, Canary = facts, Sealed = [], RequestPlain = Digest.Of("r"u8),
        };
        _prevOfPrev[ask.Ep.Boot] = hex ?? "";
        _prev[ask.Ep.Boot] = Statement.DigestOf(statement.ToBytes()).ToHex();
        return statement;
    }

    private VerifiedHash Append(byte[] statement, PlaneFault fault)
    {
        var leaf = Leaf.Write(Pae.Digest(statement), _statements.Sign(statement), _statements.PublicKey);
        var hash = TreeHash.Leaf(leaf);
        var growth = new MerkleGrowth(_edge, [hash]);
        _hashes.Add(hash);
        var index = _edge.Size;
        _edge = growth.After;
        using var other = NoteSigner.Generate(HeadKey.Name);
        NoteSigner[] signers = fault == PlaneFault.WrongHeadKey ? [other] : _next is null ? [_head] : HasOldHeadEnded ? [_next] : [_head, _next];
        var text = new Checkpoint(HeadKey.Name, _edge.Size, _edge.Root).ToText();
        var note = SignedNote.Of(text, [.. signers.Select(s => s.Sign(Encoding.UTF8.GetBytes(text)))]);
        return new VerifiedHash(new Receipt(note.Bytes, index, [.. growth.Path(index)], leaf, statement), hash);
    }

    private (int Status, byte[] Body) Report(byte[] body)
    {
        Assert.True(Envelope.TryParse(body, out var envelope, out var error), error);
        var registration = Registrations.Last();
        Assert.True(P256PublicKey.TryFromSpki(registration.Report.SubjectPublicKeyInfo.Span, out var key) && envelope.Verifies(key));
        Assert.True(Statement.TryParse(envelope.Payload.Span, out var statement, out _));
        if (_answered.TryAdd(Digest.Of(body).ToHex(), []))
        {
            if (statement is CoverageStatement coverage)
            {
                Coverages.Enqueue(coverage);
            }
            else
            {
                Outcomes.Enqueue((OutcomeStatement)statement);
            }

            _ = Append(envelope.Payload.ToArray(), PlaneFault.None);
        }

        return (200, PlaneMessage.Write(new EntryAnswer(_edge.Size - 1)));
    }

    private (int Status, byte[] Body) Reports(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<OutcomesReport>(body, out var report, out var error), error.ToString());
        foreach (var one in report.Outcomes)
        {
            _ = Report(one.ToCanonicalBytes());
        }

        return (200, PlaneMessage.Write(new OutcomesAnswer([.. report.Outcomes.Select(_ => new OutcomeAnswer(_edge.Size - 1, 200, default))])));
    }

    private (int Status, byte[] Body) CountRefusals(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<RefusalsReport>(body, out var report, out var error), error.ToString());
        Refusals.Enqueue(report);
        return (200, PlaneMessage.Write(new EntryAnswer(_edge.Size - 1)));
    }
}
