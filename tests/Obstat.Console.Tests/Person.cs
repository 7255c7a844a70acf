using System.Net;
using System.Text.RegularExpressions;
using Obstat.Console.Api;

namespace Obstat.Console.Tests;

/// <summary>Somebody who speaks HTTP without a browser.</summary>
internal sealed partial class Person : IDisposable
{
    private readonly SocketsHttpHandler _handler = new() { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
    private readonly HttpClient _http;
    private readonly PlaneDouble _plane;

    public Person(PlaneDouble plane) => (_plane, _http) = (plane, new HttpClient(_handler) { BaseAddress = plane.Address });

    public async Task LoginAsync(Role role) => (await _http.GetAsync(_plane.Link(role))).Dispose();

    public Task<HttpResponseMessage> GetAsync(string path) => _http.GetAsync(path);

    public async Task<string> TextAsync(string path) => await _http.GetStringAsync(path);

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request);

    public async Task<string> SealAsync(string path = "/me") => Seal().Match(await TextAsync(path)).Groups[1].Value;

    public Task<HttpResponseMessage> PostAsync(string path, Dictionary<string, string> form, string? origin = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form) };
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return _http.SendAsync(request);
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    [GeneratedRegex("name=\"seal\" value=\"([^\"]+)\"")]
    private static partial Regex Seal();
}
