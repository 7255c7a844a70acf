using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Obstat.Gateway.Local;
using Obstat.Gateway.Upstreams;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Pins;
using Obstat.Settings;

namespace Obstat.Gateway.Tests;

public sealed class GatewayHostTests : IDisposable
{
    private readonly PaymentsServer _server = new();
    private readonly FakeDoor _door = new();
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _told = [];
    private readonly SigningKey _operator = SigningKey.Create(KeyRole.Operator);

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task The_local_socket_serves_a_registered_server_by_its_pins()
    {
        var settings = Settings();
        Pin(settings, _operator);
        await using var host = await StartAsync(settings);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(settings.Listen.Local.Path) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var lines = await TalkAsync(settings, LocalClient.Initialize, """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""");
        Assert.Contains("\"name\":\"safe\"", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pins_that_another_key_signed_approve_nothing()
    {
        var settings = Settings();
        Pin(settings, SigningKey.Create(KeyRole.Operator));
        await using var host = await StartAsync(settings);
        var lines = await TalkAsync(settings, LocalClient.Initialize, """{"jsonrpc":"2.0","id":2,"method":"tools/list"}""");
        Assert.Equal("""{"id":2,"jsonrpc":"2.0","result":{"tools":[]}}""", lines[1]);
    }

    [Fact]
    public async Task Two_gateways_never_share_a_socket()
    {
        var settings = Settings();
        await using var host = await StartAsync(settings);
        var (second, reason) = await GatewayHost.StartAsync(settings, _door, static _ => { });
        Assert.Null(second);
        Assert.Contains("served by another process", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_socket_that_a_dead_gateway_left_behind_is_taken_over()
    {
        var settings = Settings();
        _ = PrivateFolder.Prepare(Path.GetDirectoryName(settings.Listen.Local.Path)!, out _);
        using (var old = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            old.Bind(new UnixDomainSocketEndPoint(settings.Listen.Local.Path));
        }

        await using var host = await StartAsync(settings);
        Assert.StartsWith("""{"id":"init",""", (await TalkAsync(settings, LocalClient.Initialize))[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_on_a_free_port_answers_to_its_own_name_alone()
    {
        var settings = Settings();
        await using var host = await StartAsync(settings);
        var port = host.Http!.Port;
        var answer = await Http.RawHttp.SendAsync(host.Http, Encoding.ASCII.GetBytes($"GET /mcp/s HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n"));
        Assert.Equal([401], Http.RawHttp.Statuses(answer));
        answer = await Http.RawHttp.SendAsync(host.Http, Encoding.ASCII.GetBytes("GET /mcp/s HTTP/1.1\r\nHost: rebound.example\r\n\r\n"));
        Assert.Equal([400], Http.RawHttp.Statuses(answer));
    }

    [Fact]
    public async Task A_server_is_served_from_its_registration_on_and_no_longer_than_that()
    {
        var settings = Settings();
        var registered = await File.ReadAllTextAsync(settings.File);
        await using var host = await StartAsync(settings);
        Assert.Contains("No server of this name", (await TalkAsync(settings, "t", LocalClient.Initialize))[0], StringComparison.Ordinal);
        Assert.Equal(404, await StatusAsync("t"));

        await File.WriteAllTextAsync(settings.File, registered.Replace("\"servers\":{\"s\":", "\"servers\":{\"t\":", StringComparison.Ordinal));
        Assert.Contains("\"protocolVersion\"", (await TalkAsync(settings, "t", LocalClient.Initialize))[0], StringComparison.Ordinal);
        Assert.Equal(401, await StatusAsync("t"));

        // The other one is gone with the next look; a file that is not understood takes nothing away.
        var waited = Stopwatch.StartNew();
        while (await StatusAsync("s") != 404)
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "s is still served");
        }

        await File.WriteAllTextAsync(settings.File, "{");
        Assert.Equal(404, await StatusAsync("u"));
        Assert.Contains("\"protocolVersion\"", (await TalkAsync(settings, "t", LocalClient.Initialize))[0], StringComparison.Ordinal);
        Assert.Contains("is not understood", string.Concat(_told), StringComparison.Ordinal);

        async Task<int> StatusAsync(string name)
            => Http.RawHttp.Statuses(await Http.RawHttp.SendAsync(host.Http!, Encoding.ASCII.GetBytes($"GET /mcp/{name} HTTP/1.1\r\nHost: 127.0.0.1:{host.Http!.Port}\r\n\r\n")))[0];
    }

    [Fact]
    public async Task A_run_token_is_renewed_without_a_break_and_another_holder_s_runs_nothing()
    {
        const string handle = "AAAAAAAAAAAAAAAAAAAAAA";
        var settings = Settings();
        Pin(settings, _operator);
        _door.Holder = static caller => caller.Assertions.Length == 0 ? "" : caller.Assertions[0].Value.Split('-')[0];
        await using var host = await StartAsync(settings);
        Assert.Contains("\"renewed\":false", await RenewAsync("alice-2"), StringComparison.Ordinal);
        await using var talk = await Talk.OpenAsync(settings, $$"""{"v":1,"server":"s","token":"alice-1","handle":"{{handle}}"}""");
        Assert.Contains("\"protocolVersion\"", await talk.SayAsync(LocalClient.Initialize), StringComparison.Ordinal);
        Assert.Contains("\"renewed\":true", await RenewAsync("alice-2"), StringComparison.Ordinal);
        Assert.Contains("\"safe\"", await talk.SayAsync("""{"jsonrpc":"2.0","id":2,"method":"tools/list"}"""), StringComparison.Ordinal);
        Assert.Equal(["alice-1", "alice-2"], _door.Callers.Select(c => c.Assertions[0].Value));

        // A handle that is in use begins no second connection.
        await using (var second = await Talk.OpenAsync(settings, $$"""{"v":1,"server":"s","token":"bob-1","handle":"{{handle}}"}"""))
        {
            Assert.Null(await second.ReadAsync());
        }

        Assert.Contains("\"renewed\":true", await RenewAsync("bob-1"), StringComparison.Ordinal);
        Assert.Contains("PermitMismatch", await talk.SayAsync("""{"jsonrpc":"2.0","id":3,"method":"tools/list"}"""), StringComparison.Ordinal);
        Assert.Contains("\"renewed\":true", await RenewAsync("alice-3"), StringComparison.Ordinal);
        Assert.Contains("\"safe\"", await talk.SayAsync("""{"jsonrpc":"2.0","id":4,"method":"tools/list"}"""), StringComparison.Ordinal);
        Assert.DoesNotContain(_server.Lines("effect"), _ => true);

        async Task<string> RenewAsync(string token)
        {
            await using var renewing = await Talk.OpenAsync(settings, $$"""{"v":1,"renew":"{{handle}}","token":"{{token}}"}""");
            return (await renewing.ReadAsync())!;
        }
    }

    [Theory]
    [InlineData("""{"v":2,"server":"s","token":null}""")]
    [InlineData("""{"v":1,"server":"s","token":null,"also":1}""")]
    [InlineData("""{"v":1,"server":"s"}""")]
    [InlineData("""{"v":1,"server":"s","token":null,"handle":"short"}""")]
    [InlineData("""{"v":1,"server":"s","token":null,"handle":"AAAAAAAAAAAAAAAAAAAA/="}""")]
    [InlineData("""{"v":1,"server":"s","token":"t","renew":"AAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"v":1,"renew":"AAAAAAAAAAAAAAAAAAAAAA","token":null}""")]
    [InlineData("""{"v":1,"renew":"AAAAAAAAAAAAAAAAAAAAAA"}""")]
    public void A_hello_that_is_not_understood_is_none(string line) => Assert.False(Hello.TryRead(Encoding.UTF8.GetBytes(line), out _));

    [Theory]
    [InlineData("")]
    [InlineData("{\"tenant\":\"UPPER\"}")]
    [InlineData("{\"unknown\":1}")]
    public void A_bad_configuration_ends_with_2(string text)
    {
        var file = Path.Combine(_server.Folder, "obstat.json");
        File.WriteAllText(file, text);
        Assert.Equal(2, Run("--config", file));
    }

    [Fact]
    public void Unknown_arguments_end_with_2()
    {
        Assert.Equal(2, Run());
        Assert.Equal(2, Run("--config"));
        Assert.Equal(2, Run("--config", "a", "b"));
        Assert.Equal(2, Run("--config", Path.Combine(_server.Folder, "none.json")));
    }

    [Fact]
    public void A_program_that_is_in_no_folder_is_not_started()
    {
        var server = new UpstreamSettings("s", "no-such-program-anywhere", [], "/", System.Collections.Immutable.ImmutableSortedDictionary<string, SecretSource>.Empty, null);
        Assert.False(ChildPrograms.TryMake(server, out _, out var reason));
        Assert.Contains("PATH", reason, StringComparison.Ordinal);
        Assert.False(ChildPrograms.TryMake(server with { Command = "/bin/sh", Environment = server.Environment.Add("KEY", new SecretSource.FromVariable("NO_SUCH_VARIABLE")) }, out _, out reason));
        Assert.Contains("NO_SUCH_VARIABLE", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_gets_its_registered_variables_and_three_names()
    {
        Assert.True(ChildPrograms.TryMake(new UpstreamSettings("s", "sh", ["-c", "x"], "/", System.Collections.Immutable.ImmutableSortedDictionary<string, SecretSource>.Empty.Add("KEY", new SecretSource.Plain("v")), null), out var program, out _));
        Assert.EndsWith("/sh", program.Path, StringComparison.Ordinal);
        Assert.Equal(["sh", "-c", "x"], program.Arguments);
        Assert.Contains("KEY=v", program.Environment);
        Assert.All(program.Environment, e => Assert.Contains(e.Split('=')[0], new[] { "PATH", "HOME", "LANG", "KEY" }));
    }

    private InstallationSettings Settings()
    {
        var file = Path.Combine(_server.Folder, "obstat.json");
        var environment = Environment.GetEnvironmentVariable("DOTNET_ROOT") is { } root ? JsonValue.Object(("DOTNET_ROOT", JsonValue.Of(root))) : JsonValue.EmptyObject;
        var server = JsonValue.Object(("command", JsonValue.Of(PaymentsServer.Executable)), ("args", JsonValue.Strings(_server.Arguments)), ("env", environment));
        File.WriteAllBytes(file, JsonValue.Object(
            ("listen", JsonValue.Object(("console", JsonValue.Null), ("gateway", JsonValue.Of("127.0.0.1:0")))),
            ("gateway", JsonValue.Object(("servers", JsonValue.Object(("s", server)))))).ToCanonicalBytes());
        Assert.True(SettingsFile.TryLoad(file, out var settings, out var error), error?.ToString());
        return settings;
    }

    private void Pin(InstallationSettings settings, SigningKey signer)
    {
        foreach (var folder in new[] { settings.Paths.Data, Path.GetDirectoryName(settings.Paths.OperatorTrust)!, settings.Paths.Pins })
        {
            Assert.True(PrivateFolder.Prepare(folder, out var reason), reason);
        }

        var tool = JsonValue.Object(("name", JsonValue.Of("safe")), ("inputSchema", JsonValue.Object(("type", JsonValue.Of("object")))));
        Assert.True(PinStatement.TryMake(settings.Gateway.Servers["s"].Identity, [tool], out var statement, out var error), error);
        PrivateFile.Create(settings.Paths.OperatorTrust, _operator.Public.Jwk.ToCanonicalBytes());
        PrivateFile.Create(settings.Paths.Pin("s"), statement.Sign(signer));
    }

    private async Task<GatewayHost> StartAsync(InstallationSettings settings)
    {
        var (host, reason) = await GatewayHost.StartAsync(settings, _door, _told.Enqueue);
        Assert.True(host is not null, reason);
        return host;
    }

    private static async Task<List<string>> TalkAsync(InstallationSettings settings, string first, params string[] lines)
    {
        var (server, rest) = first.StartsWith('{') ? ("s", lines.Prepend(first)) : (first, lines);
        await using var talk = await Talk.OpenAsync(settings, $$"""{"v":1,"server":"{{server}}","token":"alice"}""");
        var answers = new List<string>();
        foreach (var line in rest)
        {
            answers.Add(await talk.SayAsync(line));
        }

        return answers;
    }

    /// <summary>One connection to the gateway's socket, line by line.</summary>
    private sealed class Talk(NetworkStream stream) : IAsyncDisposable
    {
        private readonly StreamReader _reader = new(stream, leaveOpen: true);

        public static async Task<Talk> OpenAsync(InstallationSettings settings, string hello)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(settings.Listen.Local.Path));
            var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(hello + "\n"));
            return new Talk(stream);
        }

        public async Task<string> SayAsync(string line)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"));
            return (await ReadAsync())!;
        }

        public Task<string?> ReadAsync() => _reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));

        public async ValueTask DisposeAsync()
        {
            _reader.Dispose();
            await stream.DisposeAsync();
        }
    }

    private static int Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Obstat.Gateway"), arguments) { RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
