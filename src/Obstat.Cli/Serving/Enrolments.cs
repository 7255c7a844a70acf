using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Obstat.Cli.Installing;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Settings;

namespace Obstat.Cli.Serving;

/// <summary>Makes the one-time enrolment of the gateway, where it needs one.</summary>
internal static class Enrolments
{
    /// <summary>Writes the enrolment file unless the point has its key and the plane knows it. A file of before is replaced: its secret is void then.</summary>
    public static bool TryPrepare(InstallationSettings settings, DateTimeOffset now, [NotNullWhen(false)] out string? reason)
    {
        var (paths, point) = (settings.Paths, settings.Gateway.Point);
        reason = null;
        if (File.Exists(paths.PointKey(point)) && File.Exists(paths.Point(point)))
        {
            return true;
        }

        if (!KeyFiles.TryRead(paths.RootKey, KeyRole.Root, out var root, out reason) || !KeyFiles.TryReadHead(settings, out var head, out reason) || !PrivateFolder.Prepare(paths.Enrolments, out reason))
        {
            return false;
        }

        PrivateFile.Replace(paths.Enrolment(point), PlaneMessage.Write(Enrolment.Make(point, RandomNumberGenerator.GetBytes(32), root.Kid, head, now)));
        return true;
    }
}
