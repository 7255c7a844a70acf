using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Obstat.Console.Serving;

/// <summary>The stylesheet, the script and the proof viewer, embedded: no folder to find, nothing from elsewhere.</summary>
internal static partial class Assets
{
    /// <summary>The stylesheet.</summary>
    public static Asset Style { get; } = Load("console.css", "text/css; charset=utf-8");

    /// <summary>The four custom elements.</summary>
    public static Asset Script { get; } = Load("console.js", "text/javascript; charset=utf-8");

    /// <summary>The mark.</summary>
    public static Asset Icon { get; } = Load("mark.svg", "image/svg+xml");

    /// <summary>The proof viewer, as released.</summary>
    public static string Viewer { get; } = Encoding.UTF8.GetString(Read("verify.html"));

    /// <summary>The policy that the viewer carries itself; as a header it is the same: a second one would close its inline script.</summary>
    public static string ViewerPolicy { get; } = MetaPolicy().Match(Viewer).Groups[1].Value;

    /// <summary>By path.</summary>
    public static FrozenDictionary<string, Asset> ByPath { get; } = new[] { Style, Script, Icon }.ToFrozenDictionary(a => a.Path, StringComparer.Ordinal);

    private static Asset Load(string name, string contentType)
    {
        var bytes = Read(name);
        return new Asset(bytes, contentType, $"/assets/{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}-{name}");
    }

    private static byte[] Read(string name)
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} is not embedded");
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return memory.ToArray();
    }

    [GeneratedRegex("http-equiv=\"Content-Security-Policy\" content=\"([^\"]+)\"")]
    private static partial Regex MetaPolicy();
}
