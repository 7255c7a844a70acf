namespace Obstat.Settings;

/// <summary>Where everything of an installation stands. All paths are absolute; nothing here says that a file exists.</summary>
/// <param name="Folder">The folder of the configuration file.</param>
/// <param name="Data">Keys, ledger, pins, sockets: 0700, never in version control.</param>
/// <param name="Policies">The policy folder.</param>
public sealed record InstallationPaths(string Folder, string Data, string Policies)
{
    /// <summary>Private keys, 0700.</summary>
    public string Keys => In("keys");

    /// <summary>PKCS#8 P-256: signs the key sets. Whoever can read it can permit anything.</summary>
    public string RootKey => In("keys", "root.pem");

    /// <summary>Ed25519 seed, base64: signs the ledger's heads.</summary>
    public string HeadKey => In("keys", "head.key");

    /// <summary>The key that follows <see cref="HeadKey"/>: there while a rotation overlaps, or while one log ends and another goes on.</summary>
    public string NextHeadKey => In("keys", "head.next.key");

    /// <summary>PKCS#8 P-256: signs tool pins.</summary>
    public string OperatorKey => In("keys", "operator.pem");

    /// <summary>The operator's public key (JWK): verifies tool pins where the private one has no business.</summary>
    public string OperatorTrust => In("trust", "operator.json");

    /// <summary>PKCS#8 P-256 of the local identity that <c>mcp wrap</c> proves.</summary>
    public string LocalKey => In("keys", "local.pem");

    /// <summary>One-time enrolment files, 0700.</summary>
    public string Enrolments => In("enrol");

    /// <summary>Enrolled identities (public keys).</summary>
    public string Identities => In("trust", "identities");

    /// <summary>Enrolled enforcement points (public keys).</summary>
    public string Points => In("trust", "points");

    /// <summary>Signed pins of tools, one file a server.</summary>
    public string Pins => In("pins");

    /// <summary>The ledger and its databases, 0700.</summary>
    public string Ledger => In("ledger");

    /// <summary>Ledgers whose log ended, each in a folder of its origin, 0700.</summary>
    public string EndedLedgers => In("ledger-ended");

    /// <summary>Public keys (JWK) of further operators, one file each.</summary>
    public string Operators => In("trust", "operators");

    /// <summary>Halts that must outlive the process whatever the ledger does.</summary>
    public string StopSpool => In("stop.spool");

    /// <summary>Where an enforcement point takes an operator's signed order when the plane is away.</summary>
    public UnixAddress StopSocket(string point) => new(In("run", point + ".stop.sock"));

    /// <summary>Sockets, 0700.</summary>
    public string Run => In("run");

    /// <summary>What a demo that runs here tells of itself; absent where none does.</summary>
    public string Demo => In("run", "demo.json");

    /// <summary>Digests of the sessions of a demo's pages: they outlive its plane, which it kills.</summary>
    public string DemoSessions => In("run", "demo.sessions");

    /// <summary>Folder of an enforcement point's own keys, 0700.</summary>
    public string PointKeys(string point) => In("keys", point);

    /// <summary>PKCS#8 P-256 of an enforcement point.</summary>
    public string PointKey(string point) => In("keys", point, "point.pem");

    /// <summary>What an enforcement point pinned at enrolment: root key id, head key.</summary>
    public string PointPins(string point) => In("keys", point, "pins.json");

    /// <summary>The one-time enrolment file of an enforcement point, 0600.</summary>
    public string Enrolment(string point) => In("enrol", point + ".json");

    /// <summary>An enrolled identity.</summary>
    public string Identity(string name) => In("trust", "identities", name + ".json");

    /// <summary>An enrolled enforcement point.</summary>
    public string Point(string point) => In("trust", "points", point + ".json");

    /// <summary>The signed pins of a server's tools.</summary>
    public string Pin(string server) => In("pins", server + ".json");

    private string In(params ReadOnlySpan<string> parts) => Path.Combine([Data, .. parts]);
}
