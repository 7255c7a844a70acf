using Obstat.Proof.Encodings;
using Obstat.Proof.Json;
using Obstat.Proof.Jws;
using Obstat.Proof.Merkle;
using Obstat.Proof.Statements;
using Obstat.Proof.Verification;

namespace Obstat.Proof.Tests.Verification;

/// <summary>What ties entries, permits and blobs to one another: each lie is told by somebody who holds every key.</summary>
public sealed class LinkTests
{
    [Fact]
    public void Permit_outcome_and_opened_request_of_a_decision_are_verified_together()
    {
        using var log = Made();
        var report = BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key));
        Assert.True(report.Result == VerifyResult.Verified, Tell(report));
        foreach (var id in new[] { CheckIds.Permits, CheckIds.Order, CheckIds.Numbers, CheckIds.Blobs, CheckIds.Snapshots, CheckIds.Stops, CheckIds.Missing })
        {
            Assert.True(report.Checks.Single(c => c.Id == id).Status == CheckStatus.Verified, Tell(report));
        }

        Assert.Contains("the one that the permit names", report.Checks.Single(c => c.Id == CheckIds.Blobs).Findings[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void No_changed_bit_of_a_permit_is_verified()
    {
        using var log = Made();
        string? compact = null;
        log.Permits = c => compact = c;
        _ = log.Writer();
        for (var bit = 0; bit < compact!.Length * 8; bit += 101)
        {
            var bytes = System.Text.Encoding.ASCII.GetBytes(compact);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            log.Permits = _ => System.Text.Encoding.Latin1.GetString(bytes);

            // A changed thumbprint names a key that nobody announced: then nothing can be said of the signature, and the whole is not verified either.
            var report = BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key));
            Assert.NotEqual(VerifyResult.Verified, report.Result);
            Assert.NotEqual(CheckStatus.Verified, report.Checks.Single(c => c.Id == CheckIds.Permits).Status);
        }
    }

    [Fact]
    public void A_permit_by_another_key_or_without_its_entry_fails()
    {
        using var log = Made();
        var stranger = SigningKey.Create(KeyRole.Permit);
        log.Permits = compact => stranger.SignCompact(TokenTypes.Permit, Claims(compact));
        var report = BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key));
        Assert.Equal(VerifyResult.Incomplete, report.Result);
        Assert.Contains("is not in this file", report.Checks.Single(c => c.Id == CheckIds.Permits).Detail, StringComparison.Ordinal);
        log.Permits = compact => log.PermitKey.SignCompact(TokenTypes.Permit, Claims(compact).Without("led"));
        Failed(log, CheckIds.Permits);
        log.Permits = compact => log.PermitKey.SignCompact(TokenTypes.Permit, Claims(compact).With("aud", JsonValue.Of("urn:execution:server:other")));
        Failed(log, CheckIds.Permits);
        log.Permits = compact => log.PermitKey.SignCompact(TokenTypes.Run, Claims(compact));
        Failed(log, CheckIds.Permits);
    }

    [Fact]
    public void A_permit_that_another_role_signed_fails()
    {
        using var log = Made();
        using var root = log.Root;
        var report = Assert.IsType<KeySetStatement>(Parse(log.Entries[1].Statement));
        Assert.Equal(2, report.Keys.Length);
        log.Append((log.KeySet() with
        {
            Keys = [.. report.Keys.Where(k => k.Role == KeyRoles.Statement), new(log.PermitKey.Kid, Convert.ToBase64String(log.PermitKey.Public.SubjectPublicKeyInfo.Span), KeyRoles.Run)],
        }).Prove(root));

        // The same key in a second role does not take the first away, and one that has only the other role signs nothing here.
        Assert.Equal(VerifyResult.Verified, BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key)).Result);
        var keys = new KeyWindows();
        Assert.True(keys.TryTake(0, Parse(log.Entries[0].Statement), out _, out _));
        Assert.NotNull(keys.Judge(log.First.PublicKey.Kid, KeyRoles.Permit, 5).Error);
        Assert.NotNull(keys.Judge(log.PermitKey.Kid, KeyRoles.Permit, 5).Unknown);
    }

    [Theory]
    [InlineData("second outcome")]
    [InlineData("outcome of a denial")]
    [InlineData("outcome of a later entry")]
    [InlineData("outcome of another statement")]
    [InlineData("outcome of another permit")]
    [InlineData("orphan of a genesis")]
    public void What_closes_no_earlier_decision_fails(string lie)
    {
        using var log = Made();
        var outcome = log.Outcome(4);
        log.Append(lie switch
        {
            "second outcome" => outcome,
            "outcome of a denial" => outcome with { Decision = new(5, Digest.Of(log.Entries[5].Statement)) },
            "outcome of a later entry" => outcome with { Decision = new(99, default) },
            "outcome of another statement" => outcome with { Decision = new(4, default) },
            "outcome of another permit" => outcome with { Jti = log.Decision(true).Permit!.Jti },
            _ => new OrphanedStatement
            {
                Nonce = outcome.Nonce, Origin = outcome.Origin, Time = outcome.Time, Clock = outcome.Clock, Plane = MadeLog.Plane,
                Decision = new(0, Digest.Of(log.Entries[0].Statement)), Jti = outcome.Jti, LeaseEnd = outcome.Time, Grace = 60, Why = "no-outcome",
            },
        });
        Failed(log, CheckIds.Order);
    }

    [Fact]
    public void A_number_said_twice_and_a_broken_chain_fail()
    {
        using var twice = Made();
        twice.Append(twice.Decision(false) with { Ep = new("gw-1", twice.Boot, 1, Digest.Of(twice.Entries[5].Statement)) });
        Failed(twice, CheckIds.Numbers);
        using var first = Made();
        first.Append(first.Decision(false) with { Ep = new("gw-1", first.Boot, 9, null) });
        Failed(first, CheckIds.Numbers);
        using var back = Made();
        back.Append(back.Decision(false) with { Ep = new("gw-1", back.Boot, 9, Digest.Of(back.Entries[4].Statement)) });
        Failed(back, CheckIds.Numbers);
        using var refused = Made();
        refused.Append(Refusals(refused, new(2, 3)));
        Failed(refused, CheckIds.Numbers);
    }

    [Fact]
    public void Numbers_that_are_missing_are_named_and_fail_nothing()
    {
        using var log = Made();
        log.Append(Refusals(log, new(7, 9)));
        var check = BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key)).Checks.Single(c => c.Id == CheckIds.Numbers);
        Assert.Equal(CheckStatus.NotChecked, check.Status);
        Assert.Contains("numbers 4 to 6", check.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_point_counted_is_counted_again_in_whatever_is_in_the_file()
    {
        using var log = Made();
        log.Append(log.Coverage());
        var check = BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key)).Checks.Single(c => c.Id == CheckIds.Numbers);
        Assert.True(check.Status == CheckStatus.Verified && check.Detail.EndsWith("complete from 1 to 4, closed", StringComparison.Ordinal), check.Detail);
        foreach (var lie in new Func<CoverageStatement, CoverageStatement>[]
        {
            c => c with { Asks = c.Asks + 1 }, c => c with { Asks = c.Asks - 1, Reports = c.Reports + 1 }, c => c with { Asks = c.Asks + 1, Reports = c.Reports - 1 }, c => c with { Effects = 0 }, c => c with { Effects = 2 },
            c => c with { ThroughSeq = 1, Asks = 0, Reports = 1 }, c => c with { Open = [((OutcomeStatement)Parse(log.Entries[6].Statement)).Jti] },
        })
        {
            using var lying = Made();
            var coverage = lying.Coverage();
            lying.Append(lie(coverage) is { Open.Length: 1 } open ? open with { Open = [((OutcomeStatement)Parse(lying.Entries[6].Statement)).Jti] } : lie(coverage));
            Failed(lying, CheckIds.Numbers);
        }

        using var after = Made();
        after.Append(after.Coverage());
        after.Append(after.Decision(false));
        Failed(after, CheckIds.Numbers);
    }

    [Fact]
    public void Coverage_that_the_plane_signed_fails()
    {
        using var log = Made();
        log.Append(log.Coverage(), log.Statement);
        Failed(log, CheckIds.Signatures);
    }

    [Fact]
    public void A_decision_under_a_snapshot_of_a_later_or_with_parts_of_another_activation_fails()
    {
        using var log = Made();
        var other = log.Snapshot with { Trust = Digest.Of("other"u8) };
        var decision = log.Decision(false);
        log.Append(decision with { Read = decision.Read with { Trust = other.Trust } });
        Failed(log, CheckIds.Snapshots);
        using var later = Made();
        later.Append(later.Decision(false) with { Snapshot = other.Digest });
        later.Append(later.Activation() with { Snapshot = other, Previous = later.Snapshot.Digest, Changed = ["trust"] });
        Failed(later, CheckIds.Snapshots);
    }

    [Fact]
    public void A_replay_that_differs_fails_and_one_that_is_the_same_verifies()
    {
        using var log = Made();
        var zip = log.Writer().Write();
        Assert.Equal(VerifyResult.Failed, BundleVerifier.Verify(zip, Trust.InLog(log.Key), (_, _, d) => (CheckStatus.Failed, $"recorded {d.Decision}, decided otherwise")).Result);
        var same = BundleVerifier.Verify(zip, Trust.InLog(log.Key), (_, _, _) => (CheckStatus.Verified, "same"));
        Assert.Equal((VerifyResult.Verified, CheckStatus.Verified), (same.Result, same.Checks.Single(c => c.Id == CheckIds.Replay).Status));
    }

    [Fact]
    public void An_entry_of_another_log_fails_though_its_own_log_proves_it()
    {
        using var log = Made();
        using var other = new MadeLog("other");
        var index = other.Append(other.Decision(true));
        var writer = log.Writer();
        Assert.Throws<ArgumentException>(() => writer.Add(other.Entries[(int)index].Statement, log.Entries[0].Leaf, new(index, [], other.Head)));
        for (var at = log.Size; at <= index + 4; at++)
        {
            other.Append(other.Decision(false));
        }

        writer.Add(other.Entries[^1].Statement, other.Entries[^1].Leaf, new(other.Size - 1, [.. InclusionProof.Make(other.Size - 1, other.Size, other.Nodes)], other.Head));
        var report = BundleVerifier.Verify(writer.Write(), Trust.InLog(log.Key));
        Assert.Equal(VerifyResult.Failed, report.Result);
    }

    private static RefusalsStatement Refusals(MadeLog log, SeqRange range) => new()
    {
        Nonce = log.KeySet().Nonce, Origin = log.Key.Name, Time = log.Now(), Clock = MadeLog.Clock, Plane = MadeLog.Plane, Ep = new("gw-1", log.Boot),
        Ranges = [range], Counts = System.Collections.Immutable.ImmutableSortedDictionary<string, long>.Empty.Add("Malformed", range.Last - range.First + 1), Samples = [],
    };

    private static MadeLog Made()
    {
        var log = new MadeLog();
        var index = log.Append(log.Decision(allowed: true));
        log.Append(log.Decision(allowed: false));
        log.Append(log.Outcome(index));
        return log;
    }

    private static JsonValue Claims(string compact)
        => Base64Url.TryDecode(compact.Split('.')[1], out var bytes) && StrictJson.TryParse(bytes, out var claims, out _) ? claims : throw new InvalidDataException();

    private static Statement Parse(byte[] bytes) => Statement.TryParse(bytes, out var statement, out var error) ? statement : throw new InvalidDataException(error);

    private static void Failed(MadeLog log, string id)
    {
        var report = BundleVerifier.Verify(log.Writer().Write(), Trust.InLog(log.Key));
        Assert.Equal(VerifyResult.Failed, report.Result);
        Assert.True(report.Checks.Single(c => c.Id == id).Status == CheckStatus.Failed, Tell(report));
    }

    private static string Tell(VerifyReport report) => string.Join("\n", report.Checks.Select(c => $"{c.Id} {c.Status} {c.Detail}"));
}
