using System.Net;
using Obstat.Console.Api;

namespace Obstat.Console.Tests;

/// <summary>Who gets in, and who can act in somebody's name: nobody else.</summary>
public sealed class AccessTests
{
    private static Dictionary<string, string> Halt(string seal) => new() { ["seal"] = seal, ["kind"] = "all", ["value"] = "all", ["reason"] = "test", ["confirm"] = "ALL" };

    [Theory]
    [InlineData("/")]
    [InlineData("/decisions")]
    [InlineData("/e/203")]
    [InlineData("/e/203/proof.zip")]
    [InlineData("/halt")]
    [InlineData("/health")]
    [InlineData("/me")]
    [InlineData("/x/anything")]
    public async Task Without_a_session_every_page_leads_to_the_login(string path)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        using var answer = await person.GetAsync(path);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.StartsWith("/login", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_is_good_once_and_leaves_a_clean_address()
    {
        await using var plane = await PlaneDouble.StartAsync();
        var link = plane.Link(Role.Viewer);
        using var first = new Person(plane);
        using var answer = await first.GetAsync(link);
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal("/", answer.Headers.Location!.ToString());
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        using var second = new Person(plane);
        Assert.Contains("good for nothing", await second.TextAsync(link), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_another_site_leads_to_begins_no_session_by_itself()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        using var request = new HttpRequestMessage(HttpMethod.Get, plane.Link(Role.Owner));
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await person.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Theory]
    [InlineData("https://elsewhere.example")]
    [InlineData("//elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("/a\r\nSet-Cookie: x=y")]
    [InlineData("javascript:alert(1)")]
    public async Task A_login_leads_nowhere_else(string next)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        using var answer = await person.GetAsync($"{plane.Link(Role.Viewer)}&next={Uri.EscapeDataString(next)}");
        Assert.Equal("/", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_form_with_its_seal_acts()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Operator);
        using var answer = await person.PostAsync("/halt", Halt(await person.SealAsync()), $"http://{plane.Address.Authority}");
        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        _ = Assert.Single(plane.Halted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    public async Task A_form_without_the_seal_of_its_session_does_nothing(string seal)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Owner);
        using var answer = await person.PostAsync("/halt", Halt(seal));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(plane.Halted);
    }

    [Fact]
    public async Task The_seal_of_another_session_is_none()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var one = new Person(plane);
        using var other = new Person(plane);
        await one.LoginAsync(Role.Owner);
        await other.LoginAsync(Role.Owner);
        using var answer = await one.PostAsync("/halt", Halt(await other.SealAsync()));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(plane.Halted);
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData("null")]
    public async Task A_form_from_another_origin_does_nothing_even_with_the_seal(string origin)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Owner);
        using var answer = await person.PostAsync("/halt", Halt(await person.SealAsync()), origin);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(plane.Halted);
    }

    [Fact]
    public async Task A_role_that_may_not_halt_is_refused_by_the_API_whatever_the_page_shows()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Auditor);
        using var answer = await person.PostAsync("/halt", Halt(await person.SealAsync()));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty(plane.Halted);
        Assert.DoesNotContain("name=\"confirm\"", await person.TextAsync("/halt"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("elsewhere.example")]
    [InlineData("127.0.0.1.elsewhere.example:80")]
    public async Task A_request_under_another_name_is_not_served(string host)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/login");
        request.Headers.Host = host;
        using var answer = await person.SendAsync(request);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/nowhere")]
    [InlineData("/reasons/NotPermitted")]
    public async Task Every_answer_closes_the_browser_to_everything_from_elsewhere(string path)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        using var answer = await person.GetAsync(path);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task No_other_method_is_there(string method)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        using var answer = await person.SendAsync(new HttpRequestMessage(new HttpMethod(method), "/"));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
    }

    [Fact]
    public async Task Who_logs_out_has_no_session_any_more()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Owner);
        using var bye = await person.PostAsync("/logout", new() { ["seal"] = await person.SealAsync() });
        Assert.Equal(HttpStatusCode.SeeOther, bye.StatusCode);
        using var answer = await person.GetAsync("/");
        Assert.Equal("/login", answer.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_viewer_sees_no_argument_and_gets_no_bundle()
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Viewer);
        Assert.DoesNotContain("acct-7", await person.TextAsync("/decisions"), StringComparison.Ordinal);
        Assert.DoesNotContain("acct-7", await person.TextAsync("/e/203"), StringComparison.Ordinal);
        using var bundle = await person.GetAsync("/e/203/proof.zip");
        Assert.Equal(HttpStatusCode.Forbidden, bundle.StatusCode);
    }

    [Theory]
    [InlineData("/e/-1")]
    [InlineData("/e/007")]
    [InlineData("/e/1e3")]
    [InlineData("/e/99999999999999999999")]
    [InlineData("/decisions?verdikt=deny")]
    public async Task What_is_not_understood_is_named_and_nothing_is_guessed(string path)
    {
        await using var plane = await PlaneDouble.StartAsync();
        using var person = new Person(plane);
        await person.LoginAsync(Role.Viewer);
        using var answer = await person.GetAsync(path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }
}
