variable "url" {
  description = "The API that the worker joins."
  type        = string
}

variable "token" {
  description = "What outscope worker invite printed."
  type        = string
  sensitive   = true
}

variable "package" {
  description = "What pip installs."
  type        = string
  default     = "outscope[worker]==0.1.0"
}

variable "contact" {
  description = "Where the probed may complain."
  type        = string
  default     = ""
}

variable "never_probe" {
  description = "Hosts, .domains and networks never to probe."
  type        = string
  default     = ""
}

