using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Leases;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Reasons;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>A small plane: real tokens, real receipts of a real small log, over a real socket; and each way to fail that a test asks for.</summary>
public sealed class FakePlane : PlaneScript, IAsyncDisposable
{
    public const string PointId = "gw-1";

    /// <summary>Over all parts but the listener.</summary>
    private readonly Lock _lock = new();

    private readonly FakeListener _listener;
    private readonly FakePlaneKeys _keys = new();
    private readonly FakeLog _log;
    private readonly FakePoints _points;
    private readonly FakeJudge _judge;
    private readonly FakeLeases _leases;
    private readonly FakeReports _reports;

    public FakePlane(IPointClock clock)
        : base(clock)
    {
        Folder = Directory.CreateTempSubdirectory("obstat-door-").FullName;
        _log = new(clock);
        _points = new(this, _log, _keys);
        _judge = new(this, _log, _keys, _points);
        _leases = new(this, _keys);
        _reports = new(this, _log);
        _listener = new(this, Answer, OrdersFrom);
        _listener.Listen();
    }

    public string Folder { get; }

    public string Secret { get; private set; } = Base64Url.Encode(Enumerable.Repeat((byte)7, 32).ToArray());

    public string RootKid => _keys.RootKid;

    public VerifierKey HeadKey => _log.HeadKey;

    public DoorOptions Options => new()
    {
        PointId = PointId,
        Kind = "gateway",
        Plane = PlaneAddress.TryParse($"127.0.0.1:{_listener.Port}", out var address) ? address : throw new InvalidOperationException(),
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

    /// <summary>Pushes an order to every point that listens, now and later.</summary>
    public Order Push(OrderKind kind, Scope scope, string? id = null)
    {
        lock (_lock)
        {
            return _leases.Push(kind, scope, id);
        }
    }

    /// <summary>The process dies: nothing listens.</summary>
    public void Kill() => _listener.Kill();

    /// <summary>The process starts again with the same ledger: new working keys, no boot known.</summary>
    public void Restart()
    {
        lock (_lock)
        {
            _keys.Renew();
            _points.Forget();
            _judge.Forget();
        }

        _listener.Listen();
    }

    /// <summary>Announces a new head key: from this entry on heads carry both lines.</summary>
    /// <param name="lie">Changes the entry.</param>
    /// <param name="underNewAlone">The head that is told with the entry is signed by the new key alone.</param>
    public void Rotate(Func<KeyRotationStatement, NoteSigner, KeyRotationStatement>? lie = null, bool underNewAlone = false)
    {
        lock (_lock)
        {
            _log.Rotate(lie, underNewAlone);
        }
    }

    /// <summary>Ends the old head key: from here on the new one signs alone.</summary>
    public bool HasOldHeadEnded
    {
        get => _log.HasOldHeadEnded;
        set => _log.HasOldHeadEnded = value;
    }

    /// <summary>The ledger goes on from another history of the same size, in which the last decision of each boot never happened.</summary>
    public void Fork()
    {
        lock (_lock)
        {
            _log.Replace();
            _judge.Unsay();
        }
    }

    /// <summary>The ledger is a backup from before everything.</summary>
    public void Rollback()
    {
        lock (_lock)
        {
            _log.Empty();
        }
    }

    /// <summary>Another log begins, which knows no boot, and the operator's enrolment names it.</summary>
    public void ChangeLog()
    {
        lock (_lock)
        {
            _log.Begin("t-2.fake.obstat.internal");
            _points.Forget();
            _judge.ForgetDecisions();
        }

        Secret = Base64Url.Encode(Enumerable.Repeat((byte)8, 32).ToArray());
        Enrol();
    }

    /// <summary>Others wrote so many entries.</summary>
    public void Grow(int entries)
    {
        lock (_lock)
        {
            _log.Grow(entries);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        lock (_lock)
        {
            _log.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private string[] OrdersFrom(int first)
    {
        lock (_lock)
        {
            return _leases.OrdersFrom(first);
        }
    }

    private FakeReply Answer(string path, byte[] body, PlaneFault fault)
    {
        lock (_lock)
        {
            return path switch
            {
                PlaneRoutes.Points => _points.Register(body, fault),
                PlaneRoutes.Asks => _judge.Ask(body, fault),
                PlaneRoutes.Leases => _leases.Open(body),
                PlaneRoutes.Beat => _leases.Beat(body),
                PlaneRoutes.CloseLease => _leases.Close(body),
                PlaneRoutes.Effective => _points.TakeEffective(body),
                PlaneRoutes.CanaryFailed => _points.TakeFailed(body),
                PlaneRoutes.Outcomes or PlaneRoutes.OutcomesTogether or PlaneRoutes.Refusals when RefusesReports => FakeReply.Refuse(503, DenyReason.LedgerUnavailable),
                PlaneRoutes.Outcomes => _reports.One(body),
                PlaneRoutes.OutcomesTogether => _reports.Many(body),
                PlaneRoutes.Refusals => _reports.Refusals(body),
                _ => FakeReply.Refuse(404, DenyReason.UnknownAction),
            };
        }
    }
}
