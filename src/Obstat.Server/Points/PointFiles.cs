using System.Security.Cryptography;
using System.Text;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Messages;
using Obstat.Settings;
using Obstat.Storage.Files;

namespace Obstat.Server.Points;

/// <summary>
/// Which enforcement points are enrolled: one file each with the point's public key. A point without one brings the secret of its one-time enrolment file, once; then the file is gone
/// and no shared secret exists.
/// </summary>
internal sealed class PointFiles(InstallationPaths paths)
{
    private const int FileBytesMax = 64 * 1024;
    private readonly Lock _lock = new();

    /// <summary>Whether this key may register as this point; enrols it when the secret is right.</summary>
    public bool Admits(PointRegistration registration, JwsKey key, DateTimeOffset now)
    {
        lock (_lock)
        {
            return registration.Secret is { } secret ? Enrols(registration.Id, secret, key, now) : IsEnrolled(registration.Id, key);
        }
    }

    private bool IsEnrolled(string id, JwsKey key)
    {
        var path = paths.Point(id);
        if (!File.Exists(path) || !StrictJson.TryParse(File.ReadAllBytes(path), out var value, out _))
        {
            return false;
        }

        var fields = new JsonFields(value);
        _ = fields.Integer("v", 1, 1);
        var name = fields.String("id", 64);
        var jwk = fields.Object("jwk");
        return fields.Complete() && name == id && JwsKey.TryImport(jwk, KeyRole.Point, out var enrolled, out _) && enrolled.ThumbprintDigest == key.ThumbprintDigest;
    }

    private bool Enrols(string id, string secret, JwsKey key, DateTimeOffset now)
    {
        var path = paths.Enrolment(id);
        if (!PrivateFile.TryRead(path, FileBytesMax, out var bytes, out _)
            || !Enrolment.TryRead(bytes, now, out var enrolment, out _)
            || enrolment.Point != id
            || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(enrolment.Secret), Encoding.UTF8.GetBytes(secret))
            || !PrivateFolder.Prepare(Path.GetDirectoryName(paths.Point(id))!, out _))
        {
            return false;
        }

        DurableFile.Write(paths.Point(id), JsonValue.Object(("id", JsonValue.Of(id)), ("jwk", key.Jwk), ("v", JsonValue.Of(1))).ToCanonicalBytes());
        File.Delete(path);
        return true;
    }
}
