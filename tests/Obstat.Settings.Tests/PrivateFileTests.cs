using System.Text;

namespace Obstat.Settings.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PrivateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("obstat-settings-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string name) => Path.Combine(_folder, name);

    [Fact]
    public void A_made_file_is_the_owners_alone_and_is_read_back()
    {
        PrivateFile.Create(In("k"), "secret"u8);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(In("k")));
        Assert.True(PrivateFile.TryRead(In("k"), 100, out var bytes, out _));
        Assert.Equal("secret", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void A_file_is_never_made_over_another()
    {
        PrivateFile.Create(In("k"), "a"u8);
        _ = Assert.Throws<IOException>(() => PrivateFile.Create(In("k"), "b"u8));
        Assert.Equal("a", File.ReadAllText(In("k")));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_secret_that_others_can_reach_is_refused_without_its_value(UnixFileMode others)
    {
        PrivateFile.Create(In("k"), "hunter2"u8);
        File.SetUnixFileMode(In("k"), UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        Assert.False(new SecretSource.FromFile(In("k")).TryRead(out var value, out var reason));
        Assert.Null(value);
        Assert.DoesNotContain("hunter2", reason, StringComparison.Ordinal);
        Assert.Contains("can be read by others", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_or_too_large_file_is_refused()
    {
        Assert.False(PrivateFile.TryRead(In("none"), 10, out _, out var missing));
        Assert.Contains("is missing", missing, StringComparison.Ordinal);
        PrivateFile.Create(In("k"), new byte[11]);
        Assert.False(PrivateFile.TryRead(In("k"), 10, out _, out var large));
        Assert.Contains("more than 10 bytes", large, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_open_to_others_is_refused()
    {
        Assert.True(PrivateFolder.Prepare(In("own"), out _));
        File.SetUnixFileMode(In("own"), (UnixFileMode)0b111_101_101);
        Assert.False(PrivateFolder.Prepare(In("own"), out var reason));
        Assert.Contains("open to others", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_a_link_is_refused()
    {
        Assert.True(PrivateFolder.Prepare(In("real"), out _));
        _ = Directory.CreateSymbolicLink(In("link"), In("real"));
        Assert.False(PrivateFolder.Prepare(In("link"), out var reason));
        Assert.Contains("is a link", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_another_user_is_refused()
    {
        var path = "/";
        if (PrivateFolder.UserId == 0)
        {
            Assert.True(PrivateFolder.Prepare(path = In("given"), out _));
            using var chown = System.Diagnostics.Process.Start("chown", ["1", path]);
            chown.WaitForExit();
        }

        Assert.False(PrivateFolder.Prepare(path, out var reason));
        Assert.Matches("another user|open to others", reason);
    }

    [Fact]
    public void A_secret_comes_from_a_command_without_its_last_line_feed()
    {
        Assert.True(new SecretSource.FromCommand(["sh", "-c", "echo token"], _folder).TryRead(out var value, out _));
        Assert.Equal("token", value);
    }

    [Theory]
    [InlineData("sh", "exit 3")]
    [InlineData("sh", ":")]
    [InlineData("/no/such/program", "")]
    public void A_command_that_fails_or_says_nothing_gives_no_secret(string program, string script)
        => Assert.False(new SecretSource.FromCommand([program, "-c", script], _folder).TryRead(out _, out _));

    [Fact]
    public void An_absent_variable_gives_no_secret()
        => Assert.False(new SecretSource.FromVariable("OBSTAT_TEST_ABSENT").TryRead(out _, out _));
}
