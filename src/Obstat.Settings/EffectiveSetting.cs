using Obstat.Proof.Json;
using Obstat.Settings.Shapes;

namespace Obstat.Settings;

/// <summary>One value that the processes go by, and whether the file says it or it is the default. Of a secret its source alone; of a plain variable of a server that it has a text.</summary>
/// <param name="Member">Its place in the file, as in <c>limits.permit</c>.</param>
/// <param name="Value">The value with every path absolute.</param>
/// <param name="IsDefault">Whether the file does not name it.</param>
public sealed record EffectiveSetting(string Member, JsonValue Value, bool IsDefault)
{
    /// <summary>All values of an installation, in the order of the format.</summary>
    /// <param name="settings">What was read.</param>
    /// <param name="file">The file that it was read from, as JSON.</param>
    public static IEnumerable<EffectiveSetting> Of(InstallationSettings settings, JsonValue file)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(file);
        var (listen, gateway, limits) = (settings.Listen, settings.Gateway, settings.Limits);
        (string Member, JsonValue Value)[] plain =
        [
            ("tenant", JsonValue.Of(settings.Tenant)),
            ("data", JsonValue.Of(settings.Paths.Data)),
            ("policies", JsonValue.Of(settings.Paths.Policies)),
            ("listen.enforcement", JsonValue.Of(listen.Enforcement.ToString())),
            ("listen.admin", JsonValue.Of(listen.Admin.ToString())),
            ("listen.local", JsonValue.Of(listen.Local.ToString())),
            ("listen.gateway", JsonValue.Of(listen.Gateway?.ToString())),
            ("listen.console", JsonValue.Of(listen.Console?.ToString())),
            ("listen.public", JsonValue.Of(listen.Public?.ToString())),
            ("public.tools", JsonValue.Strings(settings.PublicTools)),
            ("listen.metrics", JsonValue.Of(listen.Metrics?.ToString())),
            ("telemetry.otlp", JsonValue.Of(settings.Otlp?.OriginalString)),
            ("trust.issuers", JsonValue.Array(settings.Issuers.Select(Issuer))),
            ("gateway.point", JsonValue.Of(gateway.Point)),
            ("gateway.plane", JsonValue.Of(gateway.Plane.ToString())),
            ("gateway.resource", JsonValue.Of(gateway.Resource)),
            ("gateway.hosts", JsonValue.Strings(gateway.Hosts)),
            ("gateway.origins", JsonValue.Strings(gateway.Origins)),
            .. gateway.Servers.SelectMany(s => Server(s.Value).Select(m => ($"gateway.servers.{s.Key}.{m.Member}", m.Value))),
            ("limits.permit", Duration(limits.Permit)),
            ("limits.decision", Duration(limits.Decision)),
            ("limits.silence", Duration(limits.Silence)),
            ("limits.lease", Duration(limits.Lease)),
            ("limits.token", Duration(limits.Token)),
            ("limits.requestBytes", JsonValue.Of(limits.RequestBytes)),
        ];
        return plain.Select(p => new EffectiveSetting(p.Member, p.Value, IsAbsent(file, p.Member)));
    }

    // Names of servers have no dot.
    private static bool IsAbsent(JsonValue file, string member) => member.Split('.').Aggregate((JsonValue?)file, static (at, name) => at?[name]) is null;

    private static JsonValue Duration(TimeSpan value) => JsonValue.Of(DurationShape.ToText(value));

    private static JsonValue Issuer(IssuerSettings issuer) => JsonValue.Object(
        ("url", JsonValue.Of(issuer.Url)), ("profile", JsonValue.Of(issuer.Profile)), ("audience", JsonValue.Of(issuer.Audience)), ("algs", JsonValue.Strings(issuer.Algorithms)),
        ("jwks", JsonValue.Of(issuer.Jwks)), ("staleAfter", Duration(issuer.StaleAfter)));

    private static (string Member, JsonValue Value)[] Server(UpstreamSettings server) => server.Url is { } url ? [("url", JsonValue.Of(url.OriginalString))] :
    [
        ("command", JsonValue.Of(server.Command)), ("args", JsonValue.Strings(server.Arguments)), ("cwd", JsonValue.Of(server.Folder)),
        .. server.Environment.Select(e => ($"env.{e.Key}", JsonValue.Of(Source(e.Value)))),
    ];

    private static string Source(SecretSource source) => source switch
    {
        SecretSource.FromFile file => $"file {file.Path}",
        SecretSource.FromVariable variable => $"env {variable.Name}",
        SecretSource.FromCommand command => $"command {command.Arguments[0]}",
        _ => "text",
    };
}
