/** The Deno that Supabase's hosted edge runtime embeds. */
export const hostedDeno = "npx -y deno@2.1.4";
