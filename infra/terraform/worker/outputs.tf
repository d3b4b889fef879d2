output "user_data" {
  description = "For cloud-init. It holds the token, which is worth nothing once the machine has joined."
  value       = local.user_data
  sensitive   = true
}
