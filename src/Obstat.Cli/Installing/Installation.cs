using System.Collections.Immutable;
using System.Text;
using Obstat.Core.Identities;
using Obstat.Proof.Jws;
using Obstat.Settings;

namespace Obstat.Cli.Installing;

/// <summary>Makes the files of a new installation. Nothing is ever overwritten.</summary>
internal static class Installation
{
    /// <summary>Name of the local identity that <c>init</c> enrols.</summary>
    public const string LocalIdentity = "local";

    private const string Tenant = "\"tenant\": \"local\",";

    private const string Settings = """
        // What this installation is. Unknown members are refused; obstat.schema.json gives editors completion.
        {
          "$schema": "obstat.schema.json",
          "tenant": "local",
          "gateway": {
            "servers": {
              // obstat mcp add NAME -- COMMAND ARGS..
            },
          },
        }

        """;

    private const string PolicySettings = """
        // What you say about tools beside the policies: their classes (read, write, delete, send, pay, admin) and where a class finds its facts in the arguments.
        {
          "format": 1,
          "toolClasses": {
            // obstat mcp add NAME --class TOOL=read
          },
        }

        """;

    /// <summary>The files that would be made, relative to the folder, and what is in them; the keys are not among them.</summary>
    public static ImmutableArray<(string Path, string Text)> Files(Template template, int? port = null) =>
    [
        (SettingsFile.Name, port is null ? Settings : Settings.Replace(Tenant, FormattableString.Invariant($"{Tenant}\n  \"listen\": {{ \"gateway\": \"127.0.0.1:{port}\" }},"), StringComparison.Ordinal)),
        (SettingsSchema.Name, SettingsSchema.Text()),
        (Path.Combine("policies", $"{template.Name}.cedar"), template.Policies),
        (Path.Combine("policies", "obstat-policy.json"), PolicySettings),
    ];

    /// <summary>Which of them, or of the data folder, are there already.</summary>
    public static ImmutableArray<string> Conflicts(string folder, Template template)
        => [.. Files(template).Select(f => f.Path).Append(".obstat").Where(p => Path.Exists(Path.Combine(folder, p)))];

    /// <summary>Writes everything into a folder that has no conflict.</summary>
    /// <exception cref="IOException">A file cannot be made; what was made stays.</exception>
    public static InstallationSettings Make(string folder, Template template, int? port = null)
    {
        foreach (var (path, text) in Files(template, port))
        {
            var full = Path.Combine(folder, path);
            _ = Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            using var file = new FileStream(full, FileMode.CreateNew, FileAccess.Write);
            file.Write(Encoding.UTF8.GetBytes(text));
        }

        if (!SettingsFile.TryLoad(Path.Combine(folder, SettingsFile.Name), out var settings, out var error))
        {
            throw new InvalidOperationException(error.ToString());
        }

        MakeKeys(settings.Paths);
        return settings;
    }

    /// <summary>Makes root, head, operator and local key and enrols the local identity.</summary>
    /// <exception cref="IOException">A file is there already, or cannot be made.</exception>
    public static void MakeKeys(InstallationPaths paths)
    {
        foreach (var folder in new[] { paths.Data, paths.Keys, paths.Enrolments, Path.GetDirectoryName(paths.Identities)!, paths.Identities, paths.Points, paths.Pins, paths.Ledger, paths.Run })
        {
            if (!PrivateFolder.Prepare(folder, out var reason))
            {
                throw new IOException(reason);
            }
        }

        // Inside the data folder, so that a project's own file is never in the way.
        PrivateFile.Create(Path.Combine(paths.Data, ".gitignore"), "*\n"u8);
        _ = KeyFiles.Create(paths.RootKey, KeyRole.Root);
        PrivateFile.Create(paths.OperatorTrust, KeyFiles.Create(paths.OperatorKey, KeyRole.Operator).Public.Jwk.ToCanonicalBytes());
        KeyFiles.CreateHead(paths.HeadKey);
        var local = KeyFiles.Create(paths.LocalKey, KeyRole.Identity);
        Enrol(paths, EnrolledIdentity.Local(LocalIdentity, PrivateFolder.UserId, local.Public.Jwk));
    }

    /// <summary>Writes the file of an enrolled identity; never replaces one.</summary>
    /// <exception cref="IOException">The name is enrolled already, or the file cannot be made.</exception>
    public static void Enrol(InstallationPaths paths, EnrolledIdentity identity) => PrivateFile.Create(paths.Identity(identity.Name), identity.ToJson().ToCanonicalBytes());
}
