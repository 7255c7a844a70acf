using System.Diagnostics;
using System.Text;
using Obstat.Proof.Bundles;
using Obstat.Proof.Json;
using Obstat.Proof.Merkle;
using Obstat.Proof.Notes;
using Obstat.Proof.Tests.Verification;
using Obstat.Proof.Verification;
using Obstat.Tests;

namespace Obstat.Proof.Tests.Bundles;

/// <summary>
/// Single bits of an exported bundle, flipped one after the other: the whole verification fails for each, and no list says otherwise. All bits of the container in every run (a container is refused
/// at its first changed file, so one costs about 50 us); behind a container and manifest that were made to fit again each 401st bit, all of them with <c>OBSTAT_EVERY_BIT=1</c>.
/// </summary>
public sealed class BitFlipTests(ITestOutputHelper output)
{
    private static readonly int s_step = Environment.GetEnvironmentVariable("OBSTAT_EVERY_BIT") == "1" ? 1 : 401;

    [Fact]
    public void Every_single_bit_of_a_bundle_flipped_makes_verify_fail()
    {
        var zip = File.ReadAllBytes(Vectors.Own("evidence/bundle.zip"));
        Assert.True(TrustPolicy.TryParse(File.ReadAllBytes(Vectors.Own("evidence/policy")), out var policy, out _));
        var trust = Trust.InPolicy(policy);
        Assert.Equal(VerifyResult.Verified, BundleVerifier.Verify(zip, trust).Result);
        var clock = Stopwatch.StartNew();
        var unseen = Unseen(zip.Length * 8, 1, () => zip.ToArray(), (copy, bit) =>
        {
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            var result = BundleVerifier.Verify(copy, trust).Result;
            copy[bit / 8] ^= (byte)(1 << (bit % 8));
            return result == VerifyResult.Failed;
        });
        output.WriteLine($"{zip.Length * 8} bits, {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.Null(unseen);
    }

    [Fact]
    public void A_bit_flipped_in_any_file_makes_verify_fail_though_container_and_manifest_were_made_to_fit()
    {
        using var log = new MadeLog("flipped");
        var older = log.Head;
        var index = log.Append(log.Decision(allowed: true));
        log.Append(log.Outcome(index));
        var writer = log.Writer();
        writer.AddCheckpoint(older);
        writer.AddConsistency(4, log.Size, ConsistencyProof.Make(4, log.Size, log.Nodes));
        writer.AddSnapshot("permit(principal, action, resource);"u8.ToArray());
        var zip = writer.Write();
        var trust = Trust.InLog(log.Key);
        var whole = BundleVerifier.Verify(zip, trust);
        Assert.True(whole.Result == VerifyResult.Verified, whole.ToJson().ToString());
        Assert.True(StoredZip.TryRead(zip, out var files, out _));
        var clock = Stopwatch.StartNew();
        var count = 0;
        foreach (var (path, content) in files)
        {
            var unseen = Unseen(content.Length * 8, s_step, () => content.ToArray(), (copy, bit) =>
            {
                copy[bit / 8] ^= (byte)(1 << (bit % 8));
                var result = BundleVerifier.Verify(With(files, path, copy), trust).Result;
                copy[bit / 8] ^= (byte)(1 << (bit % 8));
                return result == VerifyResult.Failed;
            });
            Assert.True(unseen is null, $"{path}: bit {unseen} of {Encoding.Latin1.GetString(content.Span)}");
            count += content.Length * 8 / s_step;
        }

        output.WriteLine($"{count} bits of {files.Count} files, {clock.Elapsed.TotalSeconds:0.0} s");
    }

    private static byte[] With(IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, string path, byte[] content)
    {
        var changed = new SortedDictionary<string, ReadOnlyMemory<byte>>(files.ToDictionary(f => f.Key, f => f.Value), StringComparer.Ordinal) { [path] = content };
        if (path != BundlePaths.Manifest && StrictJson.TryParse(files[BundlePaths.Manifest].Span, out var manifest, out _))
        {
            changed[BundlePaths.Manifest] = manifest.With("files", manifest["files"]!.With(path, JsonValue.Of(Digest.Of(content).ToHex()))).ToCanonicalBytes();
        }

        return StoredZip.Write(changed);
    }

    /// <summary>The first bit, in no order, whose flip nobody saw; null where there is none.</summary>
    private static int? Unseen(int bits, int step, Func<byte[]> copy, Func<byte[], int, bool> isSeen)
    {
        int? unseen = null;
        _ = Parallel.For(0, (bits + step - 1) / step, copy, (i, state, bytes) =>
        {
            if (!isSeen(bytes, i * step))
            {
                unseen = i * step;
                state.Stop();
            }

            return bytes;
        }, static _ => { });
        return unseen;
    }
}
