using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using Obstat.Proof;
using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Proof.Reasons;
using Obstat.Settings;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Planes;

/// <summary>An enforcement point, as the plane sees one: it speaks HTTP over the plane's sockets and keeps its own keys.</summary>
internal sealed class TestPoint : IDisposable
{
    private readonly TestInstallation _home;
    private readonly HttpClient _plane;
    private readonly HttpClient _admin;
    private long _seq;

    public TestPoint(TestInstallation home, SigningKey? key = null)
    {
        _home = home;
        Key = key ?? SigningKey.Create(KeyRole.Point);
        (_plane, _admin) = (Client(home.Settings.Listen.Enforcement.Path), Client(home.Settings.Listen.Admin.Path));
    }

    public SigningKey Key { get; }

    public SigningKey Report { get; } = SigningKey.Create(KeyRole.Report);

    public SigningKey Instance { get; } = SigningKey.Create(KeyRole.Instance);

    public string Boot { get; } = Random128();

    public static string Random128() => Base64Url.Encode(RandomNumberGenerator.GetBytes(16));

    public static HttpClient Client(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        },
    }) { BaseAddress = new Uri("http://plane") };

    public static async Task<(int Status, byte[] Body)> PostAsync(HttpClient client, string path, byte[] body, string type = PlaneMessage.ContentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return ((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }

    public Task<(int Status, byte[] Body)> PlaneAsync(string path, byte[] body) => PostAsync(_plane, path, body);

    public Task<(int Status, byte[] Body)> AdminAsync(string path, byte[] body) => PostAsync(_admin, path, body);

    public static T Read<T>((int Status, byte[] Body) answer)
        where T : class, IPlaneMessage<T>
    {
        Assert.True(answer.Status == 200, $"{answer.Status}: {System.Text.Encoding.UTF8.GetString(answer.Body)}");
        Assert.True(PlaneMessage.TryRead<T>(answer.Body, out var message, out var error), error.ToString());
        return message;
    }

    public static DenyReason ReasonOf(byte[] body)
    {
        Assert.True(PlaneMessage.TryRead<RefusalAnswer>(body, out var refusal, out var error), error.ToString());
        return refusal.Reason;
    }

    public static Assertion Run(string token) => new(AssertionKinds.RunToken, token);

    public async Task<StatusAnswer> StatusAsync() => Read<StatusAnswer>(await AdminAsync(AdminRoutes.Status, PlaneMessage.Write(new AdminRequest())));

    public PointRegistration Registration(string? secret = null) => new(
        "gateway", "gateway", Boot, Report.Public, Instance.Public, Digest.Of([1]), Digest.Of([2]), ChosenFormats.Known, [], null, [], secret, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Random128());

    public Task<(int Status, byte[] Body)> RegisterAsync(PointRegistration registration, SigningKey? key = null, long seen = 0, string? origin = null)
        => PlaneAsync(PlaneRoutes.Points, PlaneMessage.Write(new RegisterRequest(registration.Sign(key ?? Key), seen, origin ?? _home.HeadKey.Name)));

    public async Task<RegisterAnswer> RegisterAsync() => Read<RegisterAnswer>(await RegisterAsync(Registration(_home.Enrolment())));

    public async Task<string> RunTokenAsync(SigningKey? key = null)
    {
        var nonce = Read<NonceAnswer>(await AdminAsync(PlaneRoutes.IdentityNonce, PlaneMessage.Write(new NonceRequest())));
        var proof = new PossessionProof(nonce.Aud, nonce.Nonce, PrivateFolder.UserId, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), Random128()).Sign(key ?? _home.Local);
        return Read<RunTokenAnswer>(await AdminAsync(PlaneRoutes.IdentityRunToken, PlaneMessage.Write(new RunTokenRequest(proof)))).Token;
    }

    public JsonValue Transfer(string amount) => JsonValue.Object(
        ("v", JsonValue.Of(1)), ("kind", JsonValue.Of("mcp")), ("rev", JsonValue.Of("2025-11-25")), ("server", JsonValue.Of("payments")), ("method", JsonValue.Of("tools/call")),
        ("name", JsonValue.Of("transfer")), ("arguments", TestInstallation.Json($$"""{"amount":{{amount}},"to":"acct-7"}""")), ("cred", JsonValue.Null), ("tool_hash", JsonValue.Of(_home.ToolHash.ToBase64Url())));

    public AskRequest Ask(JsonValue action, params ImmutableArray<Assertion> assertions) => new(
        new PointSeq("gateway", Boot, ++_seq), action, null, assertions, null, null, null, "urn:execution:server:payments", Instance.Kid, "instance", "once",
        JsonValue.Object(("peer_uid", JsonValue.Of((long)PrivateFolder.UserId))), null, 5000);

    public long NextSeq() => ++_seq;

    public async Task<AskAnswer> AskAsync(AskRequest ask) => Read<AskAnswer>(await PlaneAsync(PlaneRoutes.Asks, PlaneMessage.Write(ask)));

    public void Dispose()
    {
        _plane.Dispose();
        _admin.Dispose();
    }
}
