using System.Collections.Immutable;
using System.Diagnostics;
using Obstat.Cli.Output;
using Obstat.Proof.Json;
using Obstat.Settings;

namespace Obstat.Cli.Pinning;

/// <summary>
/// Resolves a floating command once: npm installs the package into the store, without running its scripts, by versions and integrities of a lock file; what is registered is the program in that folder.
/// </summary>
internal static class PackageResolver
{
    private const int LockBytesMax = 32 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly JsonLimits Limits = new(LockBytesMax, 64, 2_000_000);

    /// <summary>Resolves; gives the words to register, and what was resolved in one line.</summary>
    /// <exception cref="IOException">The store cannot be written.</exception>
    public static async Task<(ImmutableArray<string> Words, string Told, string? Reason)> ResolveAsync(InstallationSettings settings, PackageSpec spec, CancellationToken cancellation)
    {
        var store = Path.Combine(settings.Paths.Data, PackageStore.FolderName);
        if (!PrivateFolder.Prepare(store, out var reason))
        {
            return Failed(reason);
        }

        var made = Path.Combine(store, "new-" + Guid.NewGuid().ToString("n"));
        try
        {
            _ = Directory.CreateDirectory(made);
            await File.WriteAllTextAsync(Path.Combine(made, "package.json"), "{\"private\":true}\n", cancellation).ConfigureAwait(false);
            reason = await InstallAsync(made, Local(spec.Package), cancellation).ConfigureAwait(false);
            if (reason is not null)
            {
                return Failed(reason);
            }

            var (name, version, integrity, wrong) = ReadLock(Path.Combine(made, "package-lock.json"));
            if (wrong is not null || ProgramOf(made, name, spec.Program) is not { } program)
            {
                return Failed(wrong ?? $"{name} has no program{(spec.Program is null ? " of its own name, nor only one: name it with -p PACKAGE PROGRAM" : $" {spec.Program}")}");
            }

            var digest = PackageStore.DigestOf(made);
            var kept = Path.Combine(store, digest);
            if (!Directory.Exists(kept))
            {
                Directory.Move(made, kept);
            }

            var path = Path.GetRelativePath(settings.Paths.Folder, Path.Combine(kept, program)) is var relative && !relative.StartsWith("..", StringComparison.Ordinal) ? "./" + relative : Path.Combine(kept, program);
            ImmutableArray<string> words = IsOfNode(Path.Combine(kept, program)) ? ["node", path, .. spec.Arguments] : [path, .. spec.Arguments];
            return (words, $"npm:{name}@{version} {integrity}, all of it sha256:{digest}", null);
        }
        finally
        {
            if (Directory.Exists(made))
            {
                Directory.Delete(made, recursive: true);
            }
        }
    }

    private static (ImmutableArray<string>, string, string?) Failed(string reason) => ([], "", reason);

    // npm is started in another folder, so a file is named by its whole path.
    private static string Local(string package) => File.Exists(package) ? Path.GetFullPath(package) : package;

    private static async Task<string?> InstallAsync(string folder, string package, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var process = Process.Start(new ProcessStartInfo("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error", "--save-exact", "--", package])
            {
                WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            process.StandardInput.Close();
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
                _ = await output.ConfigureAwait(false);
                return process.ExitCode == 0 ? null : $"npm cannot install {Shown.Of(package, 128)}: {Shown.Of(Complaint(await errors.ConfigureAwait(false)), 300)}";
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                return FormattableString.Invariant($"npm did not end within {Patience.TotalMinutes:0} min");
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "npm is not in PATH: it resolves packages";
        }
    }

    // npm begins with codes and numbers; the sentence that tells what is wrong comes behind them.
    private static string Complaint(string errors)
    {
        string[] lines = [.. errors.Split('\n').Select(l => l.StartsWith("npm error", StringComparison.Ordinal) ? l["npm error".Length..].Trim() : l.Trim()).Where(l => l.Length > 0)];
        return lines.FirstOrDefault(l => l.IndexOf(' ', StringComparison.Ordinal) is var word && word > 0 && l[..word] is not ("code" or "errno" or "syscall" or "path")) ?? lines.FirstOrDefault() ?? "it said nothing";
    }

    private static (string Name, string Version, string Integrity, string? Wrong) ReadLock(string path)
    {
        if (!File.Exists(path) || !StrictJson.TryParse(File.ReadAllBytes(path), JsonRules.Canonicalizer, Limits, out var file, out _)
            || file["packages"] is not { Kind: JsonKind.Object } packages || packages[""]?["dependencies"] is not { Kind: JsonKind.Object, Members: [var only] })
        {
            return ("", "", "", "npm wrote no lock file that is understood");
        }

        foreach (var member in packages.Members.Where(m => m.Name.Length > 0))
        {
            if (member.Value["link"]?.AsBoolean == true || (member.Value["integrity"]?.AsString is null && member.Value["inBundle"]?.AsBoolean != true))
            {
                return ("", "", "", $"{Shown.Of(member.Name, 128)} has no integrity in the lock file: it is no package of a registry or archive");
            }
        }

        var root = packages["node_modules/" + only.Name];
        return root?["version"]?.AsString is { } version && root["integrity"]?.AsString is { } integrity ? (only.Name, version, integrity, null) : ("", "", "", $"{Shown.Of(only.Name, 128)} is not in the lock file");
    }

    /// <summary>The program of a package, as a path in the folder.</summary>
    private static string? ProgramOf(string folder, string name, string? wanted)
    {
        var package = Path.Combine(folder, "node_modules", name);
        if (!StrictJson.TryParse(File.ReadAllBytes(Path.Combine(package, "package.json")), JsonRules.Canonicalizer, Limits, out var file, out _))
        {
            return null;
        }

        var bare = name[(name.LastIndexOf('/') + 1)..];
        var program = file["bin"] is not { } bin ? null
            : bin.AsString is { } one ? wanted is null || wanted == bare ? one : null
            : bin.Kind != JsonKind.Object ? null
            : wanted is not null ? bin[wanted]?.AsString
            : bin.Members is [var only] ? only.Value.AsString : bin[bare]?.AsString;
        return program is null || Path.GetFullPath(program, package) is var full && (!full.StartsWith(package + "/", StringComparison.Ordinal) || !File.Exists(full)) ? null : Path.GetRelativePath(folder, full);
    }

    private static bool IsOfNode(string path)
    {
        using var reader = new StreamReader(path);
        var first = reader.ReadLine() ?? "";
        return path.EndsWith("js", StringComparison.Ordinal) || (first.StartsWith("#!", StringComparison.Ordinal) && first.Contains("node", StringComparison.Ordinal));
    }
}
