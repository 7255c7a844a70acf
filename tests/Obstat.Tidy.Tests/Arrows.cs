using System.Xml.Linq;

namespace Obstat.Tidy.Tests;

/// <summary>Which room may see which. Found: what the project files say.</summary>
internal static class Arrows
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Obstat.Cedar"] = [],
        ["Obstat.Proof"] = [],
        ["Obstat.Core"] = ["Obstat.Cedar", "Obstat.Proof"],
        ["Obstat.Settings"] = ["Obstat.Proof"],
        ["Obstat.Enforcement"] = ["Obstat.Proof"],
        ["Obstat.Storage"] = ["Obstat.Core"],
        ["Obstat.Console"] = ["Obstat.Proof"],
        ["Obstat.Gateway"] = ["Obstat.Enforcement", "Obstat.Settings"],
        ["Obstat.Server"] = ["Obstat.Core", "Obstat.Storage", "Obstat.Settings", "Obstat.Console"],
        ["Obstat.Cli"] = ["Obstat.Core", "Obstat.Proof", "Obstat.Settings"],
    };

    public static IEnumerable<string> Forbidden(IEnumerable<SourceFile> files)
        => from file in files
           where file.IsProject && file.Path.StartsWith("src/", StringComparison.Ordinal)
           let room = file.Name[..^".csproj".Length]
           from reference in References(file)
           where !Allowed.TryGetValue(room, out var seen) || !seen.Contains(reference)
           select $"{file.Path}: {room} -> {reference}";

    public static IEnumerable<string> UnknownRooms(IEnumerable<SourceFile> files)
        => from file in files
           where file.IsProject && file.Path.StartsWith("src/", StringComparison.Ordinal) && !Allowed.ContainsKey(file.Name[..^".csproj".Length])
           select $"{file.Path}: a room that the list of arrows does not know";

    /// <summary>A room that must carry no package, or one package, says so here.</summary>
    public static IEnumerable<string> ForbiddenPackages(IEnumerable<SourceFile> files)
        => from file in files
           where file.IsProject
           let packages = file.Name switch
           {
               "Obstat.Cedar.csproj" or "Obstat.Core.csproj" or "Obstat.Enforcement.csproj" or "Obstat.Settings.csproj" or "Obstat.Console.csproj" => [],
               "Obstat.Proof.csproj" => ["NSec.Cryptography"],
               "Obstat.Storage.csproj" => ["Microsoft.Data.Sqlite"],
               _ => default(string[]),
           }
           where packages is not null
           from package in XDocument.Parse(file.Text).Descendants("PackageReference").Select(p => (string)p.Attribute("Include")!)
           where !packages.Contains(package)
           select $"{file.Path}: package {package}";

    private static IEnumerable<string> References(SourceFile project)
        => XDocument.Parse(project.Text).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(((string)r.Attribute("Include")!).Replace('\\', '/')));
}
