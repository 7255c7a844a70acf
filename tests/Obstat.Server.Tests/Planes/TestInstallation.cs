using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Obstat.Core.Identities;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Notes;
using Obstat.Proof.Pins;
using Obstat.Proof.Receipts;
using Obstat.Proof.Statements;
using Obstat.Settings;

namespace Obstat.Server.Tests.Planes;

/// <summary>An installation in a folder of its own: keys, one local identity, one server with pinned tools, policies. Gone with the test.</summary>
internal sealed class TestInstallation : IDisposable
{
    public const string Limit = """
        @id("connect") permit (principal, action in [Plane::Mcp::Action::"connect", Plane::Mcp::Action::"list"], resource);
        @id("pay-small") @agent_message("Ask finance.")
        permit (principal, action == payments::Action::"transfer", resource == Plane::Server::"payments") when { context.input.amount.lessThanOrEqual(decimal("1000.0")) };
        """;

    private const string Tool = """{"name":"transfer","inputSchema":{"type":"object","properties":{"amount":{"type":"number"},"to":{"type":"string"}},"required":["amount","to"]}}""";

    private readonly string? _kept;

    /// <param name="kept">A folder that stays: what was made there before is opened again, with the same keys.</param>
    public TestInstallation(string policies = Limit, string? console = null, string? metrics = null, string? otlp = null, string? everybody = null, string tools = "[]", string? kept = null)
    {
        _kept = kept;
        Folder = kept ?? Path.Combine(Path.GetTempPath(), "obt-" + RandomNumberGenerator.GetHexString(12, lowercase: true));
        Assert.True(PrivateFolder.Prepare(Folder, out var reason), reason);
        (Root, Operator, Local, Issuer, Point) = (KeyOf(KeyRole.Root), KeyOf(KeyRole.Operator), KeyOf(KeyRole.Identity), KeyOf(KeyRole.Issuer), KeyOf(KeyRole.Point));
        File.WriteAllText(Path.Combine(Folder, "obstat.json"), """{"listen":{"gateway":null,"console":CONSOLE,"public":PUBLIC,"metrics":METRICS},"public":{"tools":TOOLS},"telemetry":TELEMETRY,"trust":{"issuers":[{"url":"https://idp.example","profile":"rfc9068","audience":"https://gate.example","algs":["ES256"],"jwks":"idp.json","staleAfter":"24h"}]},"gateway":{"resource":"http://127.0.0.1:7073","servers":{"payments":{"command":"payments"}}}}"""
            .Replace("CONSOLE", console is null ? "null" : $"\"{console}\"", StringComparison.Ordinal).Replace("PUBLIC", everybody is null ? "null" : $"\"{everybody}\"", StringComparison.Ordinal).Replace("TOOLS", tools, StringComparison.Ordinal).Replace("METRICS", metrics is null ? "null" : $"\"{metrics}\"", StringComparison.Ordinal)
            .Replace("TELEMETRY", otlp is null ? "{}" : $$"""{"otlp":"{{otlp}}"}""", StringComparison.Ordinal));
        Settings = SettingsFile.TryLoad(Path.Combine(Folder, "obstat.json"), out var settings, out var error) ? settings : throw new InvalidOperationException(error.ToString());
        var paths = Settings.Paths;
        if (File.Exists(paths.HeadKey))
        {
            using var again = LogOrigin.Signer(Settings.Tenant, Convert.FromBase64String(File.ReadAllText(paths.HeadKey).Trim()));
            HeadKey = again.VerifierKey;
            PublishIssuer(Issuer);
            return;
        }

        foreach (var folder in (ReadOnlySpan<string>)[paths.Data, paths.Keys, Path.GetDirectoryName(paths.Identities)!, paths.Identities, paths.Points, paths.Pins, paths.Enrolments])
        {
            Assert.True(PrivateFolder.Prepare(folder, out reason), reason);
        }

        PrivateFile.Create(paths.RootKey, Encoding.ASCII.GetBytes(Root.ToPem()));
        PrivateFile.Create(paths.OperatorTrust, Operator.Public.Jwk.ToCanonicalBytes());
        var seed = RandomNumberGenerator.GetBytes(32);
        PrivateFile.Create(paths.HeadKey, Encoding.ASCII.GetBytes(Base64Exact.Encode(seed) + "\n"));
        using var heads = LogOrigin.Signer(Settings.Tenant, seed);
        HeadKey = heads.VerifierKey;
        PublishIssuer(Issuer);
        Enrol(EnrolledIdentity.Local("local", PrivateFolder.UserId, Local.Public.Jwk));
        Enrol(EnrolledIdentity.Person("alice"));
        Pin(Tool);
        Write(policies);
    }

    public string Folder { get; }

    public InstallationSettings Settings { get; }

    public VerifierKey HeadKey { get; }

    public SigningKey Root { get; }

    public SigningKey Operator { get; }

    public SigningKey Local { get; }

    public SigningKey Issuer { get; }

    /// <summary>The key of the enforcement point.</summary>
    public SigningKey Point { get; }

    public string IssuerFile => Path.Combine(Folder, "idp.json");

    public ServerIdentity Server { get; } = ServerIdentity.OfCommand("payments", ["payments"]);

    public Digest ToolHash => Obstat.Proof.Pins.ToolHash.Of(Server, Json(Tool));

    public static JsonValue Json(string text) => StrictJson.TryParse(Encoding.UTF8.GetBytes(text), out var value, out var error) ? value : throw new FormatException(error.ToString());

    public Task<PlaneHost> StartAsync() => StartAsync(TimeProvider.System);

    public Task<PlaneHost> StartAsync(TimeProvider clock) => PlaneHost.StartAsync(Settings, clock, logging => logging.SetMinimumLevel(LogLevel.None), CancellationToken.None);

    public void PublishIssuer(SigningKey key) => File.WriteAllBytes(
        IssuerFile, JsonValue.Object(("keys", JsonValue.Array(key.Public.Jwk.With("kid", JsonValue.Of(key.Kid)).With("alg", JsonValue.Of("ES256"))))).ToCanonicalBytes());

    public void Write(string policies, string name = "main.cedar")
    {
        Directory.CreateDirectory(Settings.Paths.Policies);
        File.WriteAllText(Path.Combine(Settings.Paths.Policies, name), policies);
    }

    public void Pin(string tool, SigningKey? by = null)
    {
        Assert.True(PinStatement.TryMake(Server, [Json(tool)], out var statement, out var error), error);
        PrivateFile.Replace(Settings.Paths.Pin("payments"), statement.Sign(by ?? Operator));
    }

    public void Enrol(EnrolledIdentity identity) => PrivateFile.Replace(Settings.Paths.Identity(identity.Name), identity.ToJson().ToCanonicalBytes());

    /// <summary>Makes a one-time enrolment file and returns its secret.</summary>
    public string Enrolment(string point = "gateway", DateTimeOffset? at = null)
    {
        var enrolment = Obstat.Proof.Messages.Enrolment.Make(point, RandomNumberGenerator.GetBytes(32), Root.Kid, HeadKey, at ?? DateTimeOffset.UtcNow);
        PrivateFile.Replace(Settings.Paths.Enrolment(point), PlaneMessage.Write(enrolment));
        return enrolment.Secret;
    }

    /// <summary>The decision that a receipt proves under the head key.</summary>
    public DecisionStatement Proven(JsonValue receipt)
    {
        Assert.True(Receipt.TryFromJson(receipt, out var read, out var error), error);
        Assert.True(read.TryVerify(new HeadVerifier(HeadKey), out var verified, out error), error);
        return Assert.IsType<DecisionStatement>(verified.Statement);
    }

    public void Dispose()
    {
        if (_kept is null)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private SigningKey KeyOf(KeyRole role)
    {
        var file = Path.Combine(Folder, $"{role}.pem");
        if (_kept is not null && File.Exists(file))
        {
            return SigningKey.TryFromPem(File.ReadAllText(file), role, out var kept) ? kept : throw new InvalidOperationException($"{file} is no key");
        }

        var key = SigningKey.Create(role);
        if (_kept is not null)
        {
            PrivateFile.Create(file, Encoding.ASCII.GetBytes(key.ToPem()));
        }

        return key;
    }
}
