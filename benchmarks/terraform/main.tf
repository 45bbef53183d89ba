# The stack of specs/oaktree.yaml in Terraform: the same resources, names, values and waits.
# `services` is written by benchmarks/hcl.py, one entry per service.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "region" { type = string }
variable "image_tag" {
  type    = string
  default = "latest"
}
variable "services" {
  # infix: what stands between the stack and the kind in names, "" for the main service
  type = map(object({ infix = string, repository = string, tag = optional(string), path = string }))
}
variable "main" { type = string }

provider "aws" {
  region                      = var.region
  access_key                  = "benchmark"
  secret_key                  = "benchmark"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true

  endpoints {
    ec2                      = var.endpoint
    ecr                      = var.endpoint
    ecs                      = var.endpoint
    elbv2                    = var.endpoint
    iam                      = var.endpoint
    logs                     = var.endpoint
    resourcegroupstaggingapi = var.endpoint
    sts                      = var.endpoint
  }

  default_tags {
    tags = { Project = "OakTree", Environment = "dev" }
  }
}

locals {
  port    = 5000
  account = data.aws_caller_identity.me.account_id
  role    = { for name, _ in var.services : name => "-dev-${var.region}" }
}

data "aws_caller_identity" "me" {}

data "aws_vpc" "main" {
  tags = { Name = "oaktree-vpc-dev" }
}

data "aws_subnets" "of" {
  for_each = toset(["public", "private"])
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.main.id]
  }
  tags = { Tier = each.key }
}

# Who may talk to whom.

resource "aws_security_group" "balancer" {
  name        = "oaktree-alb-sg-dev"
  description = "The load balancer"
  vpc_id      = data.aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "world" {
  security_group_id = aws_security_group.balancer.id
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_security_group" "tasks" {
  for_each    = var.services
  name        = "oaktree${each.value.infix}-service-sg-dev"
  description = "Tasks of the service ${each.key}"
  vpc_id      = data.aws_vpc.main.id
}

resource "aws_vpc_security_group_egress_rule" "tasks" {
  for_each          = var.services
  security_group_id = aws_security_group.tasks[each.key].id
  ip_protocol       = "-1"
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "from_balancer" {
  for_each                     = var.services
  security_group_id            = aws_security_group.tasks[each.key].id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.balancer.id
}

resource "aws_vpc_security_group_egress_rule" "to_tasks" {
  for_each                     = var.services
  security_group_id            = aws_security_group.balancer.id
  ip_protocol                  = "tcp"
  from_port                    = local.port
  to_port                      = local.port
  referenced_security_group_id = aws_security_group.tasks[each.key].id
}

# The way in.

resource "aws_lb" "main" {
  name               = "oaktree-alb-dev"
  load_balancer_type = "application"
  security_groups    = [aws_security_group.balancer.id]
  subnets            = data.aws_subnets.of["public"].ids

  enable_deletion_protection = false
  idle_timeout               = 60
  client_keep_alive          = 3600
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "of" {
  for_each    = var.services
  name        = "oaktree${each.value.infix}-tg-dev"
  port        = local.port
  protocol    = "HTTP"
  vpc_id      = data.aws_vpc.main.id
  target_type = "ip"

  health_check {
    path                = "/health"
    port                = "traffic-port"
    protocol            = "HTTP"
    interval            = 30
    timeout             = 5
    healthy_threshold   = 3
    unhealthy_threshold = 3
    matcher             = "200"
  }
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.of[var.main].arn
  }
}

resource "aws_lb_listener_rule" "of" {
  for_each     = var.services
  listener_arn = aws_lb_listener.http.arn
  priority     = 10 * (1 + index(keys(var.services), each.key))
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.of[each.key].arn
  }
  condition {
    path_pattern { values = [each.value.path] }
  }
}

# What tasks may do.

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "execution" {
  for_each           = var.services
  name               = "oaktree${each.value.infix}-execution${local.role[each.key]}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role" "task" {
  for_each           = var.services
  name               = "oaktree${each.value.infix}-task${local.role[each.key]}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "execution" {
  for_each = var.services
  name     = "execution"
  role     = aws_iam_role.execution[each.key].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "ecr:GetAuthorizationToken", Resource = "*" },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = aws_ecr_repository.of[each.key].arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.of[each.key].arn}:*"
      },
    ]
  })
}

# What runs.

resource "aws_ecr_repository" "of" {
  for_each             = var.services
  name                 = each.value.repository
  image_tag_mutability = "MUTABLE"
  image_scanning_configuration { scan_on_push = true }
}

resource "aws_ecr_lifecycle_policy" "of" {
  for_each   = var.services
  repository = aws_ecr_repository.of[each.key].name
  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "Expire untagged images"
        selection = {
          tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 14
        }
        action = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Keep the newest images"
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 30 }
        action       = { type = "expire" }
      },
    ]
  })
}

resource "aws_cloudwatch_log_group" "of" {
  for_each          = var.services
  name              = "/ecs/oaktree${each.value.infix}-dev"
  retention_in_days = 30
}

resource "aws_ecs_cluster" "main" {
  name = "oaktree-cluster-dev"
  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "of" {
  for_each                 = var.services
  family                   = "oaktree${each.value.infix}-task-dev"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = 256
  memory                   = 512
  execution_role_arn       = aws_iam_role.execution[each.key].arn
  task_role_arn            = aws_iam_role.task[each.key].arn
  skip_destroy             = false

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  container_definitions = jsonencode([{
    name                   = "oaktree-${each.key}"
    image                  = "${aws_ecr_repository.of[each.key].repository_url}:${coalesce(each.value.tag, var.image_tag)}"
    essential              = true
    portMappings           = [{ containerPort = local.port, hostPort = local.port, protocol = "tcp" }]
    environment            = [{ name = "APP_ENV", value = "dev" }, { name = "PORT", value = "5000" }]
    user                   = "1000"
    readonlyRootFilesystem = true
    linuxParameters        = { capabilities = { add = [], drop = ["ALL"] }, initProcessEnabled = true }
    healthCheck = {
      command     = ["CMD", "python", "-m", "app.healthcheck"]
      interval    = 30
      timeout     = 5
      retries     = 3
      startPeriod = 60
    }
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.of[each.key].name
        awslogs-region        = var.region
        awslogs-stream-prefix = "ecs"
        mode                  = "non-blocking"
      }
      secretOptions = []
    }
    # What AWS adds by itself; left out, every plan replaces the task definition.
    mountPoints    = []
    systemControls = []
    volumesFrom    = []
  }])
}

resource "aws_ecs_service" "of" {
  for_each        = var.services
  name            = "oaktree${each.value.infix}-service-dev"
  cluster         = aws_ecs_cluster.main.arn
  task_definition = aws_ecs_task_definition.of[each.key].arn
  desired_count   = each.key == var.main ? 1 : 2
  launch_type     = "FARGATE"

  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  health_check_grace_period_seconds  = 60
  wait_for_steady_state              = true # as ours does

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }
  network_configuration {
    subnets         = data.aws_subnets.of["private"].ids
    security_groups = [aws_security_group.tasks[each.key].id]
  }
  load_balancer {
    target_group_arn = aws_lb_target_group.of[each.key].arn
    container_name   = "oaktree-${each.key}"
    container_port   = local.port
  }

  depends_on = [
    aws_lb_listener_rule.of, aws_iam_role_policy.execution,
    aws_vpc_security_group_ingress_rule.from_balancer, aws_vpc_security_group_egress_rule.to_tasks,
  ]
}

output "url" { value = "http://${aws_lb.main.dns_name}" }
