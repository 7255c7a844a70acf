using Obstat.Proof.Notes;
using Obstat.Proof.Statements;

namespace Obstat.Enforcement.Tests;

/// <summary>A point takes another head key than the pinned one only while both sign, under the old one, with the new one's own proof and the root's word.</summary>
public sealed class HeadRotationTests
{
    [Fact]
    public async Task A_point_follows_a_rotation_in_its_overlap_and_goes_on_under_the_new_key_alone()
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        plane.Rotate();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        (plane.HasOldHeadEnded, plane.TellsRotation) = (true, false);
        await using var again = await plane.OpenAsync();
        Assert.Equal("admitted", await DoorTests.AskAsync(again));
    }

    [Fact]
    public async Task A_point_that_was_away_in_the_overlap_believes_nothing_under_the_new_key()
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        plane.Rotate();
        (plane.HasOldHeadEnded, plane.TellsRotation) = (true, false);
        await using var again = await plane.OpenAsync();
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(again));
    }

    public static TheoryData<string> Lies => ["not told", "under the new key alone", "unsigned", "of another key", "over", "of another role"];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_new_head_key_that_is_not_announced_rightly_is_not_believed(string lie)
    {
        await using var plane = DoorTests.Plane();
        await using (var door = await plane.OpenAsync())
        {
            Assert.Equal("admitted", await DoorTests.AskAsync(door));
        }

        using var other = NoteSigner.Generate(plane.HeadKey.Name);
        plane.TellsRotation = lie != "not told";
        plane.Rotate(
            (rotation, next) => lie switch
            {
                "unsigned" => rotation with { Proof = rotation.Prove(other).Proof },
                "of another key" => (rotation with { Old = RotatedKey.Ends(other.VerifierKey) }).Prove(next),
                "over" => (rotation with { OverlapUntil = rotation.Time }).Prove(next),
                "of another role" => (rotation with { Role = KeyRoles.Root }).Prove(next),
                _ => rotation,
            },
            underNewAlone: lie == "under the new key alone");
        await using var again = await plane.OpenAsync();
        Assert.False(again.IsRegistered);
        Assert.Equal("PlaneUnavailable", await DoorTests.AskAsync(again));
    }
}
