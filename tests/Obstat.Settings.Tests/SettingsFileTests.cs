using System.Text;

namespace Obstat.Settings.Tests;

public sealed class SettingsFileTests
{
    private static readonly string Folder = Path.GetFullPath("installation");

    private static (InstallationSettings? Settings, SettingsError? Error) Read(string text)
    {
        _ = SettingsFile.TryParse(Encoding.UTF8.GetBytes(text), Path.Combine(Folder, "obstat.json"), out var settings, out var error);
        return (settings, error);
    }

    private static InstallationSettings Right(string text) => Read(text) is { Settings: { } settings } ? settings : throw new InvalidOperationException(Read(text).Error!.ToString());

    [Fact]
    public void An_empty_object_is_a_whole_configuration()
    {
        var settings = Right("{}");
        Assert.Equal("local", settings.Tenant);
        Assert.Equal(Path.Combine(Folder, ".obstat", "ledger"), settings.Paths.Ledger);
        Assert.Equal(Path.Combine(Folder, ".obstat", "run", "plane.sock"), settings.Listen.Enforcement.Wanted);
        Assert.Equal(settings.Listen.Enforcement, settings.Gateway.Plane);
        Assert.Equal("127.0.0.1:7073", settings.Listen.Gateway!.ToString());
        Assert.Equal("http://127.0.0.1:7073", settings.Gateway.Resource);
        Assert.Equal(TimeSpan.FromSeconds(30), settings.Limits.Permit);
        Assert.Empty(settings.Gateway.Servers);
        Assert.Empty(settings.Issuers);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_read()
        => Assert.Equal("t", Right("{ // a comment\n \"tenant\": \"t\", }").Tenant);

    [Fact]
    public void A_whole_file_is_bound_with_absolute_paths()
    {
        var settings = Right("""
            { "$schema": "obstat.schema.json", "tenant": "demo", "data": "d", "policies": "p",
              "listen": { "enforcement": "unix:d/e.sock", "admin": "unix:d/a.sock", "local": "unix:d/l.sock", "gateway": null },
              "trust": { "issuers": [ { "url": "https://idp.example", "profile": "rfc9068", "audience": "https://gate.example", "algs": ["ES256"], "jwks": "keys.json", "staleAfter": "2h" } ] },
              "gateway": { "plane": "unix:relay.sock", "resource": "https://gate.example/", "hosts": ["gate.example:443"], "origins": ["https://app.example"],
                "servers": { "files": { "command": "./bin/files", "args": ["."], "cwd": "root", "env": { "A": "b", "TOKEN": { "file": "secret" } } }, "web": { "url": "https://tools.example/mcp" } } },
              "limits": { "permit": "2s", "decision": "250ms", "requestBytes": 4096 } }
            """);
        Assert.Null(settings.Listen.Gateway);
        Assert.Equal(Path.Combine(Folder, "relay.sock"), settings.Gateway.Plane.Wanted);
        Assert.Equal("https://gate.example", settings.Gateway.Resource);
        Assert.Equal(Path.Combine(Folder, "keys.json"), settings.Issuers.Single().Jwks);
        Assert.Equal(TimeSpan.FromHours(2), settings.Issuers.Single().StaleAfter);
        var files = settings.Gateway.Servers["files"];
        Assert.Equal(Path.Combine(Folder, "bin", "files"), files.Command);
        Assert.Equal(new SecretSource.FromFile(Path.Combine(Folder, "secret")), files.Environment["TOKEN"]);
        Assert.Equal("https://tools.example/mcp", settings.Gateway.Servers["web"].Url!.ToString());
        Assert.Equal(TimeSpan.FromSeconds(2), settings.Limits.Permit);
        Assert.Equal(4096, settings.Limits.RequestBytes);
    }

    [Fact]
    public void A_misspelt_member_is_refused_with_its_place_the_near_name_and_the_allowed_ones()
    {
        var error = Read("{\n  \"gateway\": {\n    \"servers\": { \"payments\": { \"command\": \"x\",\n      \"arg\": [] } } }\n}").Error!;
        Assert.Equal(
            $"""
            error[config]: {Path.Combine(Folder, "obstat.json")}:4:7: unknown member "arg" in gateway.servers.payments
              why     unknown settings are refused: a misspelt limit must not silently not apply
              fix     did you mean "args"?  allowed here: command, args, cwd, env, url
            """,
            error.ToString());
    }

    [Theory]
    [InlineData("", 1, 1)]
    [InlineData("[]", 1, 1)]
    [InlineData("null", 1, 1)]
    [InlineData("{} {}", 1, 4)]
    [InlineData("{\n  \"tenant\": \"a\",\n  \"tenant\": \"b\" }", 3, 3)]
    [InlineData("{ /* no */ }", 1, 3)]
    [InlineData("{ 'tenant': 'a' }", 1, 3)]
    [InlineData("{ \"tenant\": 1 }", 1, 13)]
    [InlineData("{ \"tenant\": null }", 1, 13)]
    [InlineData("{ \"tenant\": \"A\" }", 1, 13)]
    [InlineData("{ \"tenant\": \"\" }", 1, 13)]
    [InlineData("{ \"tenant\": \"a\\n\" }", 1, 13)]
    [InlineData("{ \"tennant\": \"a\" }", 1, 3)]
    [InlineData("{ \"\u00e4\u00f6\": 1 }", 1, 3)]
    [InlineData("{ \"data\": \"\u00e4\ud83d\ude00\", \"x\": 1 }", 1, 17)]
    [InlineData("{ \"data\": \"a\\u0000b\" , \"policies\": \"b\" }", 1, 11)]
    [InlineData("{ \"policies\": \"\" }", 1, 15)]
    [InlineData("{ \"listen\": \"unix:x\" }", 1, 13)]
    [InlineData("{ \"listen\": { \"health\": \"127.0.0.1:1\" } }", 1, 15)]
    [InlineData("{ \"listen\": { \"console\": \"0.0.0.0:7074\" } }", 1, 26)]
    [InlineData("{ \"listen\": { \"metrics\": \"0.0.0.0:7076\" } }", 1, 26)]
    [InlineData("{ \"telemetry\": { \"otlp\": \"http://collector.example:4318\" } }", 1, 26)]
    [InlineData("{ \"listen\": { \"console\": \"example.com:7074\" } }", 1, 26)]
    [InlineData("{ \"listen\": { \"console\": \"127.0.0.1:7073\", \"gateway\": \"127.0.0.1:7073\" } }", 1, 44)]
    [InlineData("{ \"listen\": { \"enforcement\": \"127.0.0.1:7071\" } }", 1, 30)]
    [InlineData("{ \"listen\": { \"admin\": null } }", 1, 24)]
    [InlineData("{ \"listen\": { \"admin\": \"unix:a\", \"local\": \"unix:a\" } }", 1, 34)]
    [InlineData("{ \"listen\": { \"gateway\": \"0.0.0.0:7073\" } }", 1, 26)]
    [InlineData("{ \"listen\": { \"gateway\": \"127.0.0.1\" } }", 1, 26)]
    [InlineData("{ \"listen\": { \"gateway\": \"127.0.0.1:65536\" } }", 1, 26)]
    [InlineData("{ \"listen\": { \"gateway\": \"127.0.0.1:07\" } }", 1, 26)]
    [InlineData("{ \"trust\": [] }", 1, 12)]
    [InlineData("{ \"trust\": { \"issuers\": [ {} ] } }", 1, 27)]
    [InlineData("{ \"trust\": { \"issuers\": [ { \"url\": \"https://a.example\", \"profile\": \"none\", \"audience\": \"https://b.example\", \"algs\": [\"ES256\"], \"jwks\": \"k\" } ] } }", 1, 68)]
    [InlineData("{ \"trust\": { \"issuers\": [ { \"url\": \"https://a.example\", \"profile\": \"rfc9068\", \"audience\": \"https://b.example\", \"algs\": [\"none\"], \"jwks\": \"k\" } ] } }", 1, 121)]
    [InlineData("{ \"trust\": { \"issuers\": [ { \"url\": \"https://a.example\", \"profile\": \"rfc9068\", \"audience\": \"https://b.example\", \"algs\": [], \"jwks\": \"k\" } ] } }", 1, 120)]
    [InlineData("{ \"gateway\": { \"failover\": \"x\" } }", 1, 16)]
    [InlineData("{ \"gateway\": { \"point\": \"a b\" } }", 1, 25)]
    [InlineData("{ \"gateway\": { \"plane\": \"127.0.0.1:1\" } }", 1, 25)]
    [InlineData("{ \"gateway\": { \"resource\": \"http://gate.example\" } }", 1, 28)]
    [InlineData("{ \"gateway\": { \"hosts\": [\"*\"] } }", 1, 26)]
    [InlineData("{ \"gateway\": { \"origins\": [\"*\"] } }", 1, 28)]
    [InlineData("{ \"gateway\": { \"servers\": [] } }", 1, 27)]
    [InlineData("{ \"gateway\": { \"servers\": { \"A\": { \"command\": \"x\" } } } }", 1, 29)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a__b\": { \"command\": \"x\" } } } }", 1, 29)]
    [InlineData("{ \"gateway\": { \"servers\": { \"../a\": { \"command\": \"x\" } } } }", 1, 29)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": {} } } }", 1, 34)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"command\": \"x\", \"url\": \"https://b.example\" } } } }", 1, 34)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"url\": \"https://b.example\", \"args\": [] } } } }", 1, 64)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"url\": \"http://b.example/mcp\" } } } }", 1, 43)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"url\": \"https://u:p@b.example/mcp\" } } } }", 1, 43)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"url\": \"https://b.example/mcp?x=1\" } } } }", 1, 43)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"command\": \"x\", \"env\": { \"1\": \"v\" } } } } }", 1, 61)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"command\": \"x\", \"env\": { \"V\": { \"value\": \"s\" } } } } } }", 1, 68)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"command\": \"x\", \"env\": { \"V\": {} } } } } }", 1, 66)]
    [InlineData("{ \"gateway\": { \"servers\": { \"a\": { \"command\": \"x\", \"env\": { \"V\": { \"env\": \"A\", \"file\": \"b\" } } } } } }", 1, 66)]
    [InlineData("{ \"limits\": { \"permit\": \"31s\" } }", 1, 25)]
    [InlineData("{ \"limits\": { \"permit\": \"1h\" } }", 1, 25)]
    [InlineData("{ \"limits\": { \"permit\": \"0s\" } }", 1, 25)]
    [InlineData("{ \"limits\": { \"permit\": 30 } }", 1, 25)]
    [InlineData("{ \"limits\": { \"permit\": \"30\" } }", 1, 25)]
    [InlineData("{ \"limits\": { \"permit\": \"-1s\" } }", 1, 25)]
    [InlineData("{ \"limits\": { \"decision\": \"6s\" } }", 1, 27)]
    [InlineData("{ \"limits\": { \"silence\": \"1m\" } }", 1, 26)]
    [InlineData("{ \"limits\": { \"token\": \"61m\" } }", 1, 24)]
    [InlineData("{ \"limits\": { \"token\": \"4s\" } }", 1, 24)]
    [InlineData("{ \"limits\": { \"requestBytes\": 1048577 } }", 1, 31)]
    [InlineData("{ \"limits\": { \"requestBytes\": 0 } }", 1, 31)]
    [InlineData("{ \"limits\": { \"requestBytes\": 4096.5 } }", 1, 31)]
    [InlineData("{ \"limits\": { \"leash\": \"10s\" } }", 1, 15)]
    public void A_broken_file_is_refused_as_a_whole_with_line_and_column(string text, int line, int column)
    {
        var (settings, error) = Read(text);
        Assert.Null(settings);
        Assert.Equal((line, column), (error!.Line, error.Column));
        Assert.NotEmpty(error.Why);
        Assert.NotEmpty(error.Fix);
    }

    [Fact]
    public void The_first_of_several_findings_is_told()
        => Assert.Contains("\"b\"", Read("{ \"b\": 1, \"a\": 1 }").Error!.What, StringComparison.Ordinal);

    [Fact]
    public void A_long_or_hidden_value_is_shown_cut_and_escaped()
    {
        var error = Read($"{{ \"tenant\": \"\u202e{new string('A', 5000)}\" }}").Error!;
        Assert.Contains("\\u{202e}A", error.What, StringComparison.Ordinal);
        Assert.True(error.What.Length < 400);
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        Assert.False(SettingsFile.TryLoad("nowhere/obstat.json", out _, out var error));
        Assert.Equal("nowhere/obstat.json: no such file", $"{error.Where}: {error.What}");
    }

    [Fact]
    public void The_committed_schema_is_the_one_that_the_reader_checks_by()
        => Assert.Equal(SettingsSchema.Text(), File.ReadAllText(Path.Combine(Obstat.Tests.Vectors.Root, "src", "Obstat.Settings", SettingsSchema.Name)));

    [Fact]
    public void A_socket_path_that_no_system_takes_becomes_a_short_one_and_says_so()
    {
        var (a, b) = (Right($"{{ \"data\": \"/{new string('d', 120)}\" }}"), Right($"{{ \"data\": \"/{new string('d', 120)}\" }}"));
        Assert.True(a.Listen.Admin.IsShortened);
        Assert.True(Encoding.UTF8.GetByteCount(a.Listen.Admin.Path) <= UnixAddress.PathBytesMax);
        Assert.Equal(a.Listen.Admin.Path, b.Listen.Admin.Path);
        Assert.NotEqual(a.Listen.Admin.Path, a.Listen.Enforcement.Path);
        Assert.False(Right("{ \"data\": \"/d\" }").Listen.Admin.IsShortened);
    }
}
