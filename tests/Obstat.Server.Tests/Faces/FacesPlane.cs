using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Obstat.Console.Api;
using Obstat.Proof.Messages;
using Obstat.Proof.Messages.Admin;
using Obstat.Server.Tests.Planes;
using Assertion = Obstat.Proof.Messages.Assertion;

namespace Obstat.Server.Tests.Faces;

/// <summary>A plane with a console on a port of its own, one registered point, and clients of its API.</summary>
internal sealed class FacesPlane : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PlaneHost _host;

    private FacesPlane(TestInstallation home, PlaneHost host, TestPoint point, RegisterAnswer registered) => (Home, _host, Point, Registered) = (home, host, point, registered);

    public TestInstallation Home { get; }

    public TestPoint Point { get; }

    /// <summary>What the point was answered when it registered.</summary>
    public RegisterAnswer Registered { get; }

    public Uri? PublicAddress => _host.PublicAddress;

    public Uri Address => _host.ConsoleAddress!;

    public static async Task<FacesPlane> StartAsync(string policies = TestInstallation.Limit, string? everybody = null, string tools = "[]", TimeProvider? clock = null)
    {
        var home = new TestInstallation(policies, console: "127.0.0.1:0", everybody: everybody, tools: tools);
        var host = await home.StartAsync(clock ?? TimeProvider.System);
        var point = new TestPoint(home);
        return new FacesPlane(home, host, point, await point.RegisterAsync());
    }

    /// <summary>A plane of an installation whose point registered before.</summary>
    public static async Task<FacesPlane> OfAsync(TestInstallation home, TestPoint point)
        => new(home, await home.StartAsync(), point, TestPoint.Read<RegisterAnswer>(await point.RegisterAsync(point.Registration())));

    /// <summary>One decision; gives its entry.</summary>
    public async Task<long> AskAsync(string amount)
    {
        var answer = await Point.AskAsync(Point.Ask(Point.Transfer(amount), new Assertion(AssertionKinds.RunToken, await Point.RunTokenAsync())));
        return answer switch { AllowAnswer allow => allow.Entry, DenyAnswer { Entry: { } entry } => entry, _ => throw new InvalidOperationException("it was not recorded") };
    }

    public async Task<string> LinkAsync(string role)
        => TestPoint.Read<ConsoleLinkAnswer>(await Point.AdminAsync(AdminRoutes.ConsoleLink, PlaneMessage.Write(new ConsoleLinkRequest(role)))).Url;

    public static string TokenOf(string link) => link[(link.IndexOf("t=", StringComparison.Ordinal) + 2)..];

    /// <summary>A client without a session.</summary>
    public HttpClient Nobody() => new() { BaseAddress = Address };

    /// <summary>A client with a session of a role.</summary>
    public async Task<HttpClient> AsAsync(string role)
    {
        var client = Nobody();
        var (status, done) = await PostAsync(client, ApiRoutes.Session, $$"""{"token":"{{TokenOf(await LinkAsync(role))}}"}""");
        Assert.Equal(200, status);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JsonDocument.Parse(done).RootElement.GetProperty("session").GetString());
        return client;
    }

    /// <summary>The cookie that pages know a client's session by.</summary>
    public string Cookie(HttpClient client) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"obstat-{Address.Port}={client.DefaultRequestHeaders.Authorization!.Parameter}");

    public static async Task<(int Status, string Body)> GetAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static async Task<(int Status, string Body)> PostAsync(HttpClient client, string path, string body, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new StringContent(body, Encoding.UTF8) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        }

        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public static async Task<T> ReadAsync<T>(HttpClient client, string path, JsonTypeInfo<T> type)
    {
        var (status, body) = await GetAsync(client, path);
        Assert.True(status == 200, $"{path}: {status} {body}");
        return JsonSerializer.Deserialize(body, type)!;
    }

    public static ApiRefusal Refusal(string body) => JsonSerializer.Deserialize(body, ApiJson.Default.ApiRefusal)!;

    /// <summary>Waits until the index has read every entry that the ledger has now.</summary>
    public async Task IndexedAsync(HttpClient client, TimeSpan? patience = null)
    {
        var started = TimeProvider.System.GetTimestamp();
        for (StateView state; (state = await ReadAsync(client, ApiRoutes.State, ApiJson.Default.StateView)).Indexed < state.Entries;)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < (patience ?? Patience), $"the index stands at {state.Indexed} of {state.Entries}: {state.IndexFailure}");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Point.Dispose();
        await _host.DisposeAsync();
        Home.Dispose();
    }
}
