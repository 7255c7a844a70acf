using System.Globalization;
using Obstat.Cli.Admin;
using Obstat.Cli.CommandLine;
using Obstat.Cli.Installing;
using Obstat.Cli.Output;
using Obstat.Core.Decisions;
using Obstat.Core.Identities;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages.Admin;
using Obstat.Settings;

namespace Obstat.Cli.Commands;

/// <summary><c>obstat identity</c>.</summary>
internal static class IdentityCommand
{
    public static Verb Enrol { get; } = new()
    {
        Path = "identity enrol",
        About = "enrol a person who has no issuer of tokens; \"local\" enrols this machine's user with its key",
        Examples = ["obstat identity enrol alice", "obstat identity enrol local"],
        Arguments = [new("NAME", "[a-z0-9][a-z0-9._-]{0,63}")],
        More = "The plane knows the identity after: obstat policy activate",
        RunAsync = static (invocation, _) => Task.FromResult(RunEnrol(invocation)),
    };

    public static Verb Token { get; } = new()
    {
        Path = "identity token",
        About = "an access token of an enrolled person, on standard output",
        Examples = ["obstat identity token alice --audience http://127.0.0.1:7073 > alice.token", "obstat identity token alice --audience http://127.0.0.1:7073 --life 600"],
        Arguments = [new("NAME", "an enrolled person")],
        Options = [new("--audience", "URL", "what the token is for: gateway.resource of the configuration"), new("--life", "SECONDS", "1 to 3600 (default 3600)")],
        More = "Whoever holds the token is that person until it ends: umask 077 before writing it into a file.",
        RunAsync = TokenAsync,
    };

    public static Verb List { get; } = new()
    {
        Path = "identity list",
        About = "who is enrolled here",
        Examples = ["obstat identity list"],
        RunAsync = static (invocation, _) => Task.FromResult(RunList(invocation)),
    };

    private static int RunEnrol(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var name = invocation["NAME"];
        if (!PolicyId.TryParse(name, out _))
        {
            return invocation.Misused($"\"{Shown.Of(name, 64)}\" is no name", "names stand in policies and files", "choose 1 to 64 of a-z 0-9 . _ -");
        }

        try
        {
            EnrolledIdentity identity;
            if (name == Installation.LocalIdentity)
            {
                if (!File.Exists(settings.Paths.LocalKey))
                {
                    _ = KeyFiles.Create(settings.Paths.LocalKey, KeyRole.Identity);
                }

                if (!KeyFiles.TryRead(settings.Paths.LocalKey, KeyRole.Identity, out var key, out var reason))
                {
                    return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason, "a key that others can read proves nothing", "remove it and enrol again"));
                }

                identity = EnrolledIdentity.Local(name, PrivateFolder.UserId, key.Public.Jwk);
            }
            else
            {
                identity = EnrolledIdentity.Person(name);
            }

            if (!PrivateFolder.Prepare(settings.Paths.Identities, out var closed))
            {
                return invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", closed, "identities are kept where nobody else writes", "chmod 700"));
            }

            Installation.Enrol(settings.Paths, identity);
            if (invocation.IsJson)
            {
                invocation.Terminal.Write("identity-enrol", ("name", JsonValue.Of(name)), ("principal", JsonValue.Of(identity.Subject)));
            }
            else
            {
                invocation.Terminal.Write($"enrolled  {name} as {identity.Subject}\nnext      obstat policy activate\n");
            }

            return ExitCode.Done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return File.Exists(settings.Paths.Identity(name))
                ? invocation.Misused($"{name} is enrolled already", "nothing is overwritten", $"to enrol anew, remove {settings.Paths.Identity(name)} first")
                : invocation.Terminal.Fail(ExitCode.Failed, ErrorText.Of("io", e.Message, "nothing was enrolled", "obstat init      makes the folders"));
        }
    }

    private static async Task<int> TokenAsync(Invocation invocation, CancellationToken cancellation)
    {
        if (invocation.Option("--audience") is not { } audience)
        {
            return invocation.Misused("--audience URL is missing", "a token for everywhere is a token for an attacker too", "obstat identity token NAME --audience http://127.0.0.1:7073");
        }

        var life = 3600;
        if (invocation.Option("--life") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out life) && life is >= 1 and <= 3600))
        {
            return invocation.Misused($"--life is \"{Shown.Of(text, 64)}\"", "a token lives 1 to 3600 seconds", "obstat identity token NAME --audience URL --life 600");
        }

        var (answer, code) = await Plane.AskAsync<AccessTokenRequest, AccessTokenAnswer>(invocation, AdminRoutes.AccessToken, new AccessTokenRequest(invocation["NAME"], audience, life), cancellation).ConfigureAwait(false);
        if (answer is null)
        {
            return code;
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("identity-token", ("token", JsonValue.Of(answer.Token)), ("expires", JsonValue.Of(DateTimeOffset.FromUnixTimeSeconds(answer.Expires).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))));
        }
        else
        {
            invocation.Terminal.Write(answer.Token);
        }

        return ExitCode.Done;
    }

    private static int RunList(Invocation invocation)
    {
        if (!invocation.TrySettings(out var settings))
        {
            return ExitCode.Usage;
        }

        var found = new List<EnrolledIdentity>();
        foreach (var path in (Directory.Exists(settings.Paths.Identities) ? Directory.GetFiles(settings.Paths.Identities, "*.json") : []).Order(StringComparer.Ordinal))
        {
            if (PrivateFile.TryRead(path, 1 << 16, out var bytes, out var reason) && StrictJson.TryParse(bytes, out var value, out _) && EnrolledIdentity.TryRead(value, out var identity, out _))
            {
                found.Add(identity);
            }
            else
            {
                return invocation.Terminal.Fail(ExitCode.Usage, ErrorText.Of("config", reason ?? $"{path} is no enrolled identity", "the plane refuses it too", "remove the file, then enrol again"));
            }
        }

        if (invocation.IsJson)
        {
            invocation.Terminal.Write("identity-list", ("identities", JsonValue.Array(found.Select(i => JsonValue.Object(
                ("name", JsonValue.Of(i.Name)), ("principal", JsonValue.Of(i.Subject)), ("uid", i.Uid is { } uid ? JsonValue.Of(uid) : JsonValue.Null), ("hasKey", JsonValue.Of(i.Jwk is not null)))))));
            return ExitCode.Done;
        }

        var table = new Table("NAME", "PRINCIPAL", "PROVES BY");
        foreach (var identity in found)
        {
            table.Add(identity.Name, identity.Subject, identity.Jwk is null ? "access token of this plane" : "key, as this machine's user");
        }

        invocation.Terminal.Write(table);
        return ExitCode.Done;
    }
}
