using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Obstat.Proof;
using Obstat.Proof.Json;

namespace Obstat.Settings.Shapes;

/// <summary>All members of <c>obstat.json</c>, and how a checked file becomes <see cref="InstallationSettings"/>.</summary>
internal static partial class SettingsFormat
{
    private static readonly TextShape PathText = new(AnyText(), "a path", IsPath);
    private static readonly TextShape Unix = new(UnixForm(), "a unix socket, as in \"unix:.obstat/run/plane.sock\"", IsPath);
    private static readonly TextShape Loopback = new(
        LoopbackForm(), "a loopback address and port, as in \"127.0.0.1:7073\"", t => int.Parse(t[(t.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture) <= 65535, "127.0.0.1:7073");

    private static readonly TextShape ConsoleLoopback = new(
        LoopbackForm(), "a loopback address and port, as in \"127.0.0.1:7074\"", t => int.Parse(t[(t.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture) <= 65535, "127.0.0.1:7074");

    private static readonly TextShape PublicLoopback = new(
        LoopbackForm(), "a loopback address and port, as in \"127.0.0.1:7077\"", t => int.Parse(t[(t.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture) <= 65535);

    private static readonly TextShape MetricsLoopback = new(
        LoopbackForm(), "a loopback address and port, as in \"127.0.0.1:7076\"", t => int.Parse(t[(t.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture) <= 65535);

    private static readonly TextShape Web = new(WebForm(), "a URL: https, or http on loopback, without user, query and fragment", IsWeb);
    private static readonly TextShape Id = new(IdForm(), "1 to 32 characters of a-z, 0-9 and -");

    private static readonly ObjectShape Secret = new(
        [
            new("file", "A file of mode 0600 whose text is the value.", PathText),
            new("env", "An environment variable that holds the value.", new TextShape(VariableForm(), "the name of an environment variable")),
            new("command", "A program and its arguments; it writes the value to its standard output.", new ListShape(new TextShape(AnyText(), "a text"), 64, 1)),
        ],
        (value, path) => value.Members.Length == 1 ? null
            : new Finding(value.Offset, $"{path} names {value.Members.Length} sources", "a value has one source", "write {\"file\": ..}, {\"env\": ..} or {\"command\": [..]}"));

    private static readonly ObjectShape Server = new(
        [
            new("command", "Program to start: a path, or a name that PATH finds.", PathText),
            new("args", "Its arguments.", new ListShape(new TextShape(EveryText(), "a text"), 256)),
            new("cwd", "Its working folder.", PathText),
            new("env", "Variables it gets: a text, or {\"file\"|\"env\"|\"command\": ..} for a secret.",
                new MapShape(VariableForm(), "the name of an environment variable", new TextOrObjectShape(new TextShape(EveryText(), "a text, or {\"file\"|\"env\"|\"command\": ..}"), Secret))),
            new("url", "Streamable HTTP endpoint.", Web),
        ],
        OneUpstream);

    private static readonly ObjectShape Issuer = new(
    [
        new("url", "The exact iss of its tokens.", new TextShape(WebForm(), "a URL")) { IsRequired = true },
        new("profile", "Shape of its tokens.", new ChoiceShape("rfc9068")) { IsRequired = true },
        new("audience", "The exact audience that a token must name.", new TextShape(WebForm(), "a URL")) { IsRequired = true },
        new("algs", "Accepted algorithms.", new ListShape(new ChoiceShape("RS256", "ES256", "ES384", "PS256"), 4, 1)) { IsRequired = true },
        new("jwks", "File with its keys.", PathText) { IsRequired = true },
        new("staleAfter", "Age of that file after which its keys verify nothing.", new DurationShape(TimeSpan.FromMinutes(1), TimeSpan.FromDays(30), "24h")),
    ]);

    /// <summary>The whole file.</summary>
    public static ObjectShape File { get; } = new(
    [
        new("$schema", "For editors; not read.", new TextShape(AnyText(), "a text")),
        new("tenant", "First label of the ledger's origin.", new TextShape(IdForm(), "1 to 32 characters of a-z, 0-9 and -", otherwise: "local")),
        new("data", "Folder of keys, ledger, pins and sockets.", new TextShape(AnyText(), "a path", IsPath, ".obstat")),
        new("policies", "The policy folder.", new TextShape(AnyText(), "a path", IsPath, "policies")),
        new("listen", "One address per listener, none shared.", new ObjectShape(
        [
            new("enforcement", "Where the plane serves enforcement points.", Unix),
            new("admin", "Where the plane serves the command line.", Unix),
            new("local", "Where the gateway serves mcp wrap.", Unix),
            new("gateway", "Where the gateway serves Streamable HTTP; null: off.", new OrNullShape(Loopback)),
            new("console", "Where the plane serves the console; null: off.", new OrNullShape(ConsoleLoopback)),
            new("public", "Where the plane serves what everybody may read, without a session and with what names anybody left out; null: off.", new OrNullShape(PublicLoopback)),
            new("metrics", "Where the plane serves livez, readyz and metrics, without a session; null: off.", new OrNullShape(MetricsLoopback)),
        ], Distinct)),
        new("public", "What the public listener may name.", new ObjectShape(
        [
            new("tools", "Tools that it names, as in \"files/read_text_file\".", new ListShape(new TextShape(ToolForm(), "a server and a tool, as in \"files/read_text_file\""), 256)),
        ])),
        new("trust", "Whose word is taken.", new ObjectShape([new("issuers", "Issuers of access tokens.", new ListShape(Issuer, 64))])),
        new("gateway", "The gateway: which plane it asks and which servers it guards.", new ObjectShape(
        [
            new("point", "Id of this enforcement point.", new TextShape(IdForm(), "1 to 32 characters of a-z, 0-9 and -", otherwise: "gateway")),
            new("plane", "Where it dials the plane; listen.enforcement unless told otherwise.", Unix),
            new("resource", "URL that names it as an audience.", Web),
            new("hosts", "Accepted Host values, with port.", new ListShape(new TextShape(HostForm(), "a host and port in lower case, as in \"gate.example:443\""), 64)),
            new("origins", "Accepted Origin values of browsers.", new ListShape(new TextShape(OriginForm(), "an origin in lower case, as in \"https://app.example\""), 64)),
            new("servers", "MCP servers by name.", new MapShape(ServerForm(), "1 to 32 characters of a-z, 0-9, - and _, without __", Server)),
        ])),
        new("telemetry", "Where telemetry goes. It is never evidence, and no decision waits for it.", new ObjectShape(
        [
            new("otlp", "Collector that takes metrics and spans by OTLP over HTTP, as in \"http://127.0.0.1:4318/\".", Web),
        ])),
        new("limits", "Tightened limits.", new ObjectShape(
        [
            new("permit", "How long an execution permit lives.", Permit),
            new("decision", "How long an enforcement point waits for a decision.", Decision),
            new("silence", "How long an enforcement point trusts a silent plane.", Silence),
            new("lease", "How long a lease holds without a renewal.", Lease),
            new("token", "How long a run token of mcp wrap lives; it is renewed in time.", Token),
            new("requestBytes", "Largest message of a client, in bytes.", new NumberShape(1024, 1 << 20, 1 << 20)),
        ])),
    ]);

    private static DurationShape Permit => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), "30s");

    private static DurationShape Decision => new(TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(5), "2s");

    private static DurationShape Silence => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), "10s");

    private static DurationShape Lease => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), "10s");

    private static DurationShape Token => new(TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), "1h");

    /// <summary>Makes the settings of a file that <see cref="File"/> found right.</summary>
    public static InstallationSettings Bind(JsonValue file, string path, Digest digest)
    {
        var folder = Path.GetDirectoryName(path)!;
        var data = Path.GetFullPath(file["data"]?.AsString ?? ".obstat", folder);
        var listen = file["listen"] ?? JsonValue.EmptyObject;
        var gateway = file["gateway"] ?? JsonValue.EmptyObject;
        var limits = file["limits"] ?? JsonValue.EmptyObject;
        UnixAddress Socket(JsonValue? value, string name) => new(value?.AsString is { } text ? Path.GetFullPath(text["unix:".Length..], folder) : Path.Combine(data, "run", name));
        TimeSpan Duration(string name, string otherwise) => DurationShape.Parse(limits[name]?.AsString ?? otherwise)!.Value;

        var enforcement = Socket(listen["enforcement"], "plane.sock");
        var http = listen["gateway"] is { IsNull: true } ? null : Port(listen["gateway"]?.AsString ?? "127.0.0.1:7073");
        var console = listen["console"] is { IsNull: true } ? null : Port(listen["console"]?.AsString ?? "127.0.0.1:7074");
        return new InstallationSettings
        {
            File = path,
            Digest = digest,
            Tenant = file["tenant"]?.AsString ?? "local",
            Paths = new InstallationPaths(folder, data, Path.GetFullPath(file["policies"]?.AsString ?? "policies", folder)),
            Listen = new ListenSettings(enforcement, Socket(listen["admin"], "admin.sock"), Socket(listen["local"], "gateway.sock"), http, console, listen["public"]?.AsString is { } everybody ? Port(everybody) : null, listen["metrics"]?.AsString is { } metrics ? Port(metrics) : null),
            PublicTools = Texts(file["public"]?["tools"]),
            Otlp = file["telemetry"]?["otlp"]?.AsString is { } otlp ? new Uri(otlp.TrimEnd('/') + "/") : null,
            Issuers = [.. (file["trust"]?["issuers"]?.Items ?? []).Select(i => new IssuerSettings(
                i["url"]!.AsString!, i["profile"]!.AsString!, i["audience"]!.AsString!, Texts(i["algs"]),
                Path.GetFullPath(i["jwks"]!.AsString!, folder), DurationShape.Parse(i["staleAfter"]?.AsString ?? "24h")!.Value))],
            Gateway = new GatewaySettings(
                gateway["point"]?.AsString ?? "gateway",
                gateway["plane"] is { } plane ? Socket(plane, "plane.sock") : enforcement,
                (gateway["resource"]?.AsString ?? $"http://{http?.ToString() ?? "127.0.0.1"}").TrimEnd('/'),
                gateway["hosts"] is { } hosts ? Texts(hosts) : http is null ? [] : [http.ToString(), FormattableString.Invariant($"localhost:{http.Port}")],
                Texts(gateway["origins"]),
                (gateway["servers"] ?? JsonValue.EmptyObject).Members.ToImmutableSortedDictionary(m => m.Name, m => Upstream(m.Name, m.Value, folder), StringComparer.Ordinal)),
            Limits = new LimitSettings(Duration("permit", "30s"), Duration("decision", "2s"), Duration("silence", "10s"), Duration("lease", "10s"), Duration("token", "1h"), (int)(limits["requestBytes"]?.AsInteger ?? 1 << 20)),
        };
    }

    private static UpstreamSettings Upstream(string name, JsonValue value, string folder)
    {
        var command = value["command"]?.AsString;
        return new UpstreamSettings(
            name,
            command is not null && command.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(command, folder) : command,
            Texts(value["args"]),
            Path.GetFullPath(value["cwd"]?.AsString ?? ".", folder),
            (value["env"] ?? JsonValue.EmptyObject).Members.ToImmutableSortedDictionary(m => m.Name, m => Source(m.Value, folder), StringComparer.Ordinal),
            value["url"]?.AsString is { } url ? new Uri(url) : null);
    }

    private static SecretSource Source(JsonValue value, string folder)
        => value.AsString is { } text ? new SecretSource.Plain(text)
        : value["file"]?.AsString is { } file ? new SecretSource.FromFile(Path.GetFullPath(file, folder))
        : value["env"]?.AsString is { } variable ? new SecretSource.FromVariable(variable)
        : new SecretSource.FromCommand(Texts(value["command"]), folder);

    private static ImmutableArray<string> Texts(JsonValue? value) => value is null ? [] : [.. value.Items.Select(i => i.AsString!)];

    private static LoopbackAddress Port(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = text[..colon] == "[::1]" ? IPAddress.IPv6Loopback : IPAddress.Loopback;
        return new LoopbackAddress(host, int.Parse(text[(colon + 1)..], CultureInfo.InvariantCulture));
    }

    private static bool IsPath(string text) => !text.Contains('\0', StringComparison.Ordinal);

    private static bool IsWeb(string text)
        => Uri.TryCreate(text, UriKind.Absolute, out var url) && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0
            && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));

    private static Finding? OneUpstream(JsonValue value, string path)
    {
        var (command, url) = (value["command"] is not null, value["url"] is not null);
        var extra = value.Members.FirstOrDefault(m => m.Name != "url");
        return command == url ? new Finding(value.Offset, $"{path} has {(url ? "both" : "neither")} \"command\" {(url ? "and" : "nor")} \"url\"", "a server is a program or a URL", "write one of them")
            : url && extra.Name is not null ? new Finding(extra.Offset, $"{path} has \"{extra.Name}\" beside \"url\"", "it would not apply: nothing is started for a URL", $"remove \"{extra.Name}\"")
            : null;
    }

    private static Finding? Distinct(JsonValue value, string path)
    {
        var twice = value.Members.Where(m => m.Value.AsString is not null).GroupBy(m => m.Value.AsString, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Last();
        return twice is { } member ? new Finding(member.Offset, $"{path}.{member.Name} is the address of another listener", "no two listeners share an address", "choose another one") : null;
    }

    [GeneratedRegex("^[a-z0-9_-]{1,32}/[\\x21-\\x7e]{1,128}$")]
    private static partial Regex ToolForm();

    [GeneratedRegex("^[\\s\\S]{1,4096}$")]
    private static partial Regex AnyText();

    [GeneratedRegex("^[\\s\\S]{0,32768}$")]
    private static partial Regex EveryText();

    [GeneratedRegex("^unix:.{1,4000}$")]
    private static partial Regex UnixForm();

    [GeneratedRegex("^(127\\.0\\.0\\.1|localhost|\\[::1\\]):(0|[1-9][0-9]{0,4})$")]
    private static partial Regex LoopbackForm();

    [GeneratedRegex("^https?://[^\\s?#]{1,2000}$")]
    private static partial Regex WebForm();

    [GeneratedRegex("^[a-z0-9-]{1,32}$")]
    private static partial Regex IdForm();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
    private static partial Regex VariableForm();

    [GeneratedRegex("^(?!.*__)[a-z0-9][a-z0-9_-]{0,31}$")]
    private static partial Regex ServerForm();

    [GeneratedRegex("^[a-z0-9.\\[\\]:-]{1,253}:[0-9]{1,5}$")]
    private static partial Regex HostForm();

    [GeneratedRegex("^https?://[a-z0-9.\\[\\]:-]{1,253}$")]
    private static partial Regex OriginForm();
}
