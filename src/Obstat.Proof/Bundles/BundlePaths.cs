using System.Globalization;
using System.Text.RegularExpressions;

namespace Obstat.Proof.Bundles;

/// <summary>Where what lies in an evidence bundle. A path of no known form has no place in one.</summary>
public static partial class BundlePaths
{
    public const string Manifest = "manifest.json";
    public const string Readme = "README.txt";
    public const string Policy = "trust/policy";
    public const string TrustedRoot = "trust/trusted_root.json";
    public const string Keys = "trust/keys.json";

    public static string Entry(long index, string kind) => string.Create(CultureInfo.InvariantCulture, $"entries/{index}.{kind}");

    public static string Permit(string jti) => $"permits/{jti}.jwt";

    public static string Blob(Digest plain) => $"blobs/{plain.ToHex()}.json";

    public static string Snapshot(Digest digest) => $"snapshot/{digest.ToHex()}";

    public static string Checkpoint(long size) => string.Create(CultureInfo.InvariantCulture, $"checkpoints/{size}");

    public static string Consistency(long older, long newer) => string.Create(CultureInfo.InvariantCulture, $"consistency/{older}-{newer}");

    public static bool IsKnown(string path) => path is Manifest or Readme or Policy or TrustedRoot or Keys || Forms().IsMatch(path);

    [GeneratedRegex(@"\A(entries/(0|[1-9][0-9]{0,18})\.(statement\.json|dsse\.json|leaf|tlog-proof|sigstore\.json)|permits/[A-Za-z0-9_-]{22}\.jwt|blobs/[0-9a-f]{64}\.json|snapshot/[0-9a-f]{64}|checkpoints/(0|[1-9][0-9]{0,18})|consistency/(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,18}))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Forms();
}
