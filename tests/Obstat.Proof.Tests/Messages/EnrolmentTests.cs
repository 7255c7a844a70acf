using Obstat.Proof.Messages;
using Obstat.Proof.Notes;

namespace Obstat.Proof.Tests.Messages;

public sealed class EnrolmentTests
{
    private static readonly DateTimeOffset Now = new(2027, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static byte[] File()
    {
        using var signer = LogOrigin.Signer("local", new byte[32]);
        return PlaneMessage.Write(Enrolment.Make("gateway", new byte[32], "kid", signer.VerifierKey, Now));
    }

    [Fact]
    public void An_enrolment_is_good_for_ten_minutes()
    {
        Assert.True(Enrolment.TryRead(File(), Now + TimeSpan.FromSeconds(599), out var read, out _));
        Assert.Equal(File(), PlaneMessage.Write(read));
        Assert.False(Enrolment.TryRead(File(), Now + TimeSpan.FromSeconds(600), out _, out var error));
        Assert.Contains("ended", error.Got, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"secret\":\"", "\"secret\":\"A")]
    [InlineData("\"head\":\"local", "\"head\":\"other")]
    [InlineData("\"point\":\"gateway\"", "\"point\":\"../x\"")]
    [InlineData("\"v\":1", "\"v\":2")]
    [InlineData("{", "{\"more\":1,")]
    public void A_changed_enrolment_is_refused(string was, string becomes)
    {
        var text = System.Text.Encoding.UTF8.GetString(File());
        Assert.Contains(was, text, StringComparison.Ordinal);
        Assert.False(Enrolment.TryRead(System.Text.Encoding.UTF8.GetBytes(text.Replace(was, becomes, StringComparison.Ordinal)), Now, out _, out _));
    }
}
