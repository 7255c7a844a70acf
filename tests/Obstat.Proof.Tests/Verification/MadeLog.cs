using Obstat.Proof.Bundles;
using Obstat.Proof.Dsse;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Leaves;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Permits;
using Obstat.Proof.Sealing;
using Obstat.Proof.Statements;

namespace Obstat.Proof.Tests.Verification;

/// <summary>A log made here, with every key at hand, so that a test can also lie in any of its roles. Begins with genesis, key set, enforcement point and activation.</summary>
internal sealed class MadeLog : IDisposable
{
    private readonly List<(byte[] Statement, byte[] Leaf)> _entries = [];
    private readonly List<Digest> _leaves = [];
    private readonly Dictionary<long, string> _permits = [];
    private readonly Dictionary<string, byte[]> _blobs = [];
    private readonly byte[] _seed;
    private long _random;
    private long _seq;
    private Digest? _lastDecision;
    private Digest? _lastReport;

    public MadeLog(string name = "made")
    {
        _seed = Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)).ToArray();
        Signer = NoteSigner.FromSeed($"{name}.example", _seed);
        (Root, First, Statement, Report) = (StatementSigner.Generate(), StatementSigner.Generate(), StatementSigner.Generate(), StatementSigner.Generate());
        PermitKey = SigningKey.Create(KeyRole.Permit);
        Boot = Id();
        Append(Genesis(), First);
        Append(KeySet(), Statement);
        Append(Point(), Statement);
        Append(Activation(), Statement);
    }

    public NoteSigner Signer { get; }

    public StatementSigner Root { get; }

    public StatementSigner First { get; }

    public StatementSigner Statement { get; }

    public StatementSigner Report { get; }

    public SigningKey PermitKey { get; }

    public string Boot { get; }

    public VerifierKey Key => Signer.VerifierKey;

    public int Size => _entries.Count;

    public SnapshotDigests Snapshot { get; } = new(new(Digest.Of("p"u8), Digest.Of("s"u8), Digest.Of("e"u8)), Digest.Of("d"u8), Digest.Of("t"u8), Digest.Of("r"u8));

    public IReadOnlyList<(byte[] Statement, byte[] Leaf)> Entries => _entries;

    public FullNode Nodes => Merkle.NaiveTree.Nodes([.. _leaves]);

    public SignedNote Head
    {
        get
        {
            var text = new Checkpoint(Key.Name, Size, MerkleEdge.Empty.Append(_leaves.ToArray()).Root).ToText();
            return SignedNote.Of(text, Signer.Sign(System.Text.Encoding.UTF8.GetBytes(text)));
        }
    }

    /// <summary>What is put into bundles in place of a permit.</summary>
    public Func<string, string> Permits { get; set; } = compact => compact;

    public long Append(Statement statement, StatementSigner? signer = null)
    {
        var bytes = statement.ToBytes();
        signer ??= statement.Signer == SignerRole.Report ? Report : Statement;
        AppendLeaf(bytes, Leaf.Write(Pae.Digest(bytes), signer.Sign(bytes), signer.PublicKey));
        var digest = Digest.Of(bytes);
        if (statement is DecisionStatement decision)
        {
            _lastDecision = digest;
            if (decision.Permit is { } permit)
            {
                _permits[Size - 1] = MakePermit(decision, permit, Size - 1);
            }
        }
        else if (statement is ReportStatement)
        {
            _lastReport = digest;
        }

        return Size - 1;
    }

    /// <summary>Appends bytes as they are.</summary>
    public void AppendLeaf(byte[] statement, byte[] leaf)
    {
        _entries.Add((statement, leaf));
        _leaves.Add(TreeHash.Leaf(leaf));
    }

    public DecisionStatement Decision(bool allowed)
    {
        var content = SealedContent.Of("request", Salt(), ("action", Action));
        var blob = SealedBlob.Seal(_seed, Salt().AsSpan(0, 12), Salt(), Key.Name, "request", content.ToBytes());
        _blobs[Digest.Of(content.ToBytes()).ToHex()] = content.ToBytes();
        var (jti, execution) = (Id(), Id());
        return With(new DecisionStatement
        {
            Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock, Plane = Plane,
            Ep = new("gw-1", Boot, ++_seq, _lastDecision),
            Request = new("mcp.tools/call", "write", execution, execution, null),
            Snapshot = Snapshot.Digest,
            Read = new(Snapshot.Law.Digest, Snapshot.Directory, Snapshot.Trust, Snapshot.Revocations, null),
            Engine = new("obstat-cedar", "4", Digest.Of("build"u8)),
            Identity = new("verified", "p-1", []),
            Decision = allowed ? DecisionStatement.Allow : DecisionStatement.Deny,
            Reason = allowed ? null : "NotPermitted",
            Policies = allowed ? ["transfers"] : [],
            Errors = [], Approvals = [], Budgets = [],
            Permit = allowed ? new(jti, default, 1_795_426_200, 1_795_426_230, "instance", "once", null) : null,
            Trace = null, Witnessed = null, Canary = null,
            Sealed = [SealedBlob.Reference("request", blob, content.ToBytes())],
            RequestPlain = Digest.Of(content.ToBytes()),
        });
    }

    public OutcomeStatement Outcome(long decision)
    {
        Assert.True(Obstat.Proof.Statements.Statement.TryParse(_entries[(int)decision].Statement, out var named, out _));
        return new OutcomeStatement
        {
            Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock,
            Ep = new("gw-1", Boot, ++_seq, _lastReport),
            Decision = new(decision, Digest.Of(_entries[(int)decision].Statement)),
            Jti = ((DecisionStatement)named).Permit!.Jti,
            Result = "succeeded", Code = null, Started = Now(), Ended = Now(), Effects = new(1, 2, 3), Usage = [], Stop = null, Sealed = [],
        };
    }

    /// <summary>What the point says that it said: right, unless a test changes it.</summary>
    public CoverageStatement Coverage(bool final = true)
    {
        var said = _entries.Select(e => Obstat.Proof.Statements.Statement.TryParse(e.Statement, out var read, out var error) ? read : throw new InvalidDataException(error)).ToArray();
        var reports = said.OfType<ReportStatement>().Count();
        return new()
        {
            Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock, Ep = new("gw-1", Boot, ++_seq, _lastReport), ThroughSeq = _seq - 1, Asks = _seq - 1 - reports, Reports = reports,
            Effects = said.OfType<OutcomeStatement>().Sum(o => o.Effects.Calls),
            Open = [.. said.OfType<DecisionStatement>().Select(d => d.Permit?.Jti).OfType<string>().Except(said.OfType<OutcomeStatement>().Select(o => o.Jti)).Order(StringComparer.Ordinal)],
            Final = final,
        };
    }

    public BundleWriter Writer(SignedNote? cosigned = null, byte[]? policy = null)
    {
        var writer = new BundleWriter(Key, policy);
        var head = cosigned ?? Head;
        for (var i = 0; i < Size; i++)
        {
            writer.Add(_entries[i].Statement, _entries[i].Leaf, new(i, [.. InclusionProof.Make(i, Size, Nodes)], head));
        }

        foreach (var (index, compact) in _permits)
        {
            Assert.True(Obstat.Proof.Statements.Statement.TryParse(_entries[(int)index].Statement, out var decision, out _));
            writer.AddPermit(((DecisionStatement)decision).Permit!.Jti, Permits(compact));
        }

        foreach (var blob in _blobs.Values)
        {
            writer.AddBlob(blob);
        }

        return writer;
    }

    public GenesisStatement Genesis() => new()
    {
        Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock, Plane = Plane,
        HeadKey = Key, StatementKeys = [StatementKey.Of(First.PublicKey, KeyRoles.Statement), StatementKey.Of(Root.PublicKey, KeyRoles.Root)],
        Cause = "first", State = StateDigests.Empty.Digest, Predecessor = null,
    };

    public KeySetStatement KeySet() => new KeySetStatement
    {
        Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock, Plane = Plane,
        Keys = [StatementKey.Of(Statement.PublicKey, KeyRoles.Statement), new StatementKey(PermitKey.Kid, Convert.ToBase64String(PermitKey.Public.SubjectPublicKeyInfo.Span), KeyRoles.Permit)],
        From = Now(), Until = Timestamp.From(Now().Time.AddDays(1)), Root = Root.PublicKey.Kid, Proof = "",
    }.Prove(Root);

    public EnforcementPointStatement Point() => new()
    {
        Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock, Plane = Plane,
        Ep = new("gw-1", Boot), Kind = "gateway", Kid = Report.PublicKey.Kid, PublicKey = Report.PublicKey.ToBase64(), Build = Digest.Of("build"u8),
        Formats = new([1], [1], [1], [1]), Previous = null,
    };

    public PolicyActivationStatement Activation() => new()
    {
        Nonce = Id(), Origin = Key.Name, Time = Now(), Clock = Clock, Plane = Plane,
        Snapshot = Snapshot, Previous = null, Changed = PolicyActivationStatement.AllParts, By = "op-1", Approvals = [], Source = new("policies", null, null), Expires = null,
    };

    public Timestamp Now() => Timestamp.From(DateTimeOffset.FromUnixTimeMilliseconds(1_795_426_200_000 + _random));

    public static Clock Clock { get; } = new("ntp", 20);

    public static Plane Plane { get; } = new("i-1", 1);

    public static JsonValue Action { get; } = JsonValue.Object(("kind", JsonValue.Of("mcp")), ("name", JsonValue.Of("transfer")), ("v", JsonValue.Of(1)));

    public void Dispose()
    {
        Signer.Dispose();
        foreach (var signer in new[] { Root, First, Statement, Report })
        {
            signer.Dispose();
        }
    }

    /// <summary>Fixes the digest of the claims that the permit will have.</summary>
    private DecisionStatement With(DecisionStatement decision)
        => decision.Permit is { } permit ? decision with { Permit = permit with { Claims = Claims(decision, permit).ClaimsDigest() } } : decision;

    private static PermitClaims Claims(DecisionStatement decision, PermitFacts permit) => new()
    {
        Iss = "urn:execution:plane:made.example", Aud = "urn:execution:server:payments", IssuedAt = permit.NotBefore, NotBefore = permit.NotBefore, Expires = permit.NotAfter, Jti = permit.Jti,
        Sub = "User::alice@idp.example", ClientId = "agent-1", Cnf = new(Confirmation.Key, Digest.Of("holder"u8)), Use = permit.Use, Ep = new(decision.Ep.Id, decision.Ep.Boot),
        Action = new(decision.Request.Action, "urn:execution:server:payments", "transfer", Digest.Of(Action), Digest.Of("tool"u8), permit.Mode),
        Txn = decision.Request.Root, Exe = decision.Request.Execution, RequestingWorkload = "urn:execution:point:gw-1", Snapshot = decision.Snapshot,
    };

    private string MakePermit(DecisionStatement decision, PermitFacts permit, long index)
        => (Claims(decision, permit) with { Led = new(Key.Name, index, _leaves[(int)index]) }).Sign(PermitKey);

    private string Id() => Base64Url.Encode(Salt());

    private byte[] Salt() => Digest.Of([.. _seed, .. BitConverter.GetBytes(++_random)]).ToArray()[..16];
}
